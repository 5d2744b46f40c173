using System.Globalization;
using System.Reflection;

namespace Fast.PageTables.Tests.Hatch.Xen;

/// <summary>
/// One kind of Xen p2m under test: Xen's view, the hardware's view of the same tables, and how its entries are written. The format's type may be of another
/// assembly than the library: a mutant.
/// </summary>
internal abstract class XenSubject
{
    private readonly FormatUnderTest _format;
    private readonly Assembly _library;

    private XenSubject(string name, Assembly library, string type) => (Name, _library, _format) = (name, library, new FormatUnderTest(library, type));

    public static XenSubject[] All => Of(typeof(XenP2mEpt).Assembly);

    public static XenSubject[] Of(Assembly library) => [new OnEpt(library), new OnNpt(library)];

    public string Name { get; }

    public bool IsEpt => Name == "xen-p2m-ept";

    public FormatFacts Facts => _format.Facts;

    /// <summary>An entry that points to a table, as Xen writes it.</summary>
    public abstract ulong Pointer(ulong address);

    /// <summary>A leaf as Xen writes it for a type; access only where entries hold it.</summary>
    public abstract ulong Leaf(ulong address, int type, int access, int level);

    public abstract ulong Recalculate(ulong entry);

    public WalkResult Walk(TableImage image, ulong root, ulong input) => _format.Walk(image.Memory, root, new Iova(input));

    public abstract WalkResult HardwareWalk(TableImage image, ulong root, ulong input);

    public XenP2mEntry Lookup(TableImage image, ulong root, ulong input) => _format.CallOver<XenP2mEntry>(nameof(XenP2mEpt.Lookup), image.Memory, root, new Iova(input));

    /// <summary>Type and access in an entry, and whether it waits.</summary>
    public (XenP2mType Type, XenP2mAccess? Access, bool Recalculate) Read(ulong raw) =>
        (_format.Call<XenP2mType>(nameof(XenP2mEpt.TypeOf), raw), IsEpt ? _format.Call<XenP2mAccess>(nameof(XenP2mEpt.AccessOf), raw) : null, NeedsRecalculation(raw));

    public bool NeedsRecalculation(ulong raw) => _format.Call<bool>(nameof(XenP2mEpt.NeedsRecalculation), raw);

    public bool SuppressesException(ulong raw) => _format.Call<bool>(nameof(XenP2mEpt.SuppressesException), raw);

    /// <summary>Numbers and names of an enumeration of the format's assembly.</summary>
    public IEnumerable<(int Number, string Name)> Members(string type)
    {
        var members = FormatUnderTest.TypeOf(_library, type)!;
        return members.GetEnumNames().Select(name => ((int)Enum.Parse(members, name), name)).OrderBy(member => member.Item1);
    }

    /// <summary>What the format's assembly derives from a type and an access, by number.</summary>
    public (Permissions Permissions, bool HasFrame) Derive(int type, int access)
    {
        var (map, types, accesses) = (FormatUnderTest.TypeOf(_library, nameof(XenP2m))!, FormatUnderTest.TypeOf(_library, nameof(XenP2mType))!, FormatUnderTest.TypeOf(_library, nameof(XenP2mAccess))!);
        var of = Enum.ToObject(types, type);
        return ((Permissions)map.GetMethod(nameof(XenP2m.DerivePermissions))!.Invoke(null, [of, Enum.ToObject(accesses, access)])!, (bool)map.GetMethod(nameof(XenP2m.HasFrame))!.Invoke(null, [of])!);
    }

    /// <summary>What the hardware finds, in the vectors' words.</summary>
    public string DescribeHardware(TableImage image, ulong root, ulong input)
    {
        var walk = HardwareWalk(image, root, input);
        var text = CultureInfo.InvariantCulture;
        return walk.Status switch
        {
            WalkStatus.Leaf => $"leaf OA 0x{((walk.Leaf.Pfn.Value << 12) | (input & 0xFFF)).ToString("X", text)}, 2^{walk.Leaf.Size.Shift.ToString(text)}, {Rights(walk.Leaf.Permissions)}{(IsEpt ? "" : "U")}",
            WalkStatus.NotPresent => "not present",
            WalkStatus.Misconfigured => "fault: misconfig",
            WalkStatus.UserDenied => "fault: user",
            _ => walk.Status.ToString(),
        };
    }

    public static string Rights(Permissions permissions) => (permissions.HasFlag(Permissions.Read) ? "R" : "-")
        + (permissions.HasFlag(Permissions.Write) ? "W" : "-") + (permissions.HasFlag(Permissions.Execute) ? "X" : "-") + (permissions > (Permissions)7 ? "?" : "");

    private sealed class OnEpt(Assembly library) : XenSubject("xen-p2m-ept", library, nameof(XenP2mEpt))
    {
        public override ulong Pointer(ulong address) => 0xB800_0000_0000_0107 | address;

        public override ulong Leaf(ulong address, int type, int access, int level)
        {
            var rights = (ulong)XenTypes.Derive(type, access);
            return 0x8000_0000_0000_0030 | address | rights | ((ulong)type << 52) | ((ulong)access << 59) | (level > 0 ? 0x80UL : 0);
        }

        public override ulong Recalculate(ulong entry) => entry | 7 << 3 | 1 << 10;

        public override WalkResult HardwareWalk(TableImage image, ulong root, ulong input) => EptL4.Walk(image.Memory, root, new Iova(input));
    }

    private sealed class OnNpt(Assembly library) : XenSubject("xen-p2m-npt", library, nameof(XenP2mNpt))
    {
        public override ulong Pointer(ulong address) => 0x67 | address;

        public override ulong Leaf(ulong address, int type, int access, int level)
        {
            var rights = XenTypes.Derive(type, 7);
            var word = address | ((ulong)type << 52) | (level > 0 ? 0x80UL : 0) | ((rights & 4) != 0 ? 0 : 1UL << 63);
            return rights == 0 ? word : word | 0x65 | ((rights & 2) != 0 ? 2UL : 0);
        }

        public override ulong Recalculate(ulong entry) => entry & ~0x24UL;

        public override WalkResult HardwareWalk(TableImage image, ulong root, ulong input) => NptL4.Walk(image.Memory, root, new Iova(input));
    }
}
