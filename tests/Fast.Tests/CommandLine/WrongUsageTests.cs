namespace Fast.Tool.Tests.CommandLine;

/// <summary>Wrong usage: exit code 1, one line on standard error that says what, where and what to do, nothing on standard output.</summary>
internal sealed class WrongUsageTests
{
    [TestCase("no verb; write one of predict, map, explain, fit, log, run, check, walk, measure, formats")]
    [TestCase("unknown verb 'pedict'; did you mean 'predict'?", "pedict")]
    [TestCase("unknown verb 'zzz'", "zzz")]
    [TestCase("log: no FILE: fast log FILE ('fast log --help' lists what there is)", "log")]
    [TestCase("walk: no IMAGE: fast walk IMAGE", "walk", "--json")]
    [TestCase("walk: there is no file 'no-such-file'; name a file with the memory of a machine", "walk", "no-such-file")]
    [TestCase("unknown option '--jsn'", "--jsn")]
    [TestCase("map: unknown option '--sise'; did you mean '--size'?", "map", "--sise", "1G")]
    [TestCase("map: unexpected 'surplus'", "map", "surplus")]
    [TestCase("map: --size needs a value: --size SIZE", "map", "--size")]
    [TestCase("map: --size needs a value, and '--warm' follows", "map", "--size", "--warm")]
    [TestCase("map: --size is given 2 times; give it once", "map", "--size", "1G", "--size", "2G")]
    [TestCase("map: --size: '32X' has the unknown size suffix 'X'", "map", "--size", "32X")]
    [TestCase("map: --size: '4097' is not a multiple of 4K; the nearest are 4K and 8K", "map", "--size", "4097")]
    [TestCase("map: --size: 0 bytes cannot be mapped", "map", "--size", "0")]
    [TestCase("map: --size: '-4K' is negative", "map", "--size", "-4K")]
    [TestCase("map: --size: 'huge' is not a size", "map", "--size", "huge")]
    [TestCase("map: --size: '99999999999999999999' is not a size", "map", "--size", "99999999999999999999")]
    [TestCase("map: --size: '16E' does not fit in 64 bits", "map", "--size", "16E")]
    [TestCase("map: size 15E is more than a process can map; the most is 128T", "map", "--size", "15E")]
    [TestCase("map: --offset: '1' is not a multiple of 4K", "map", "--offset", "1")]
    [TestCase("map: --offset 2G lies behind a BAR of 1G", "map", "--bar", "1G", "--offset", "2G")]
    [TestCase("map: offset 1G plus size 1G does not fit in a BAR of 1G", "map", "--bar", "1G", "--offset", "1G", "--size", "1G")]
    [TestCase("map: a BAR of 3G cannot be: its size is a power of two", "map", "--bar", "3G", "--size", "1G")]
    [TestCase("map: --kernel: Linux 5.4 is not modelled; accepted is any release from 6.1 to 7.3", "map", "--kernel", "5.4")]
    [TestCase("map: --kernel: there is no Linux 6.20", "map", "--kernel", "6.20")]
    [TestCase("map: --kernel: 'newest' is not a kernel version", "map", "--kernel", "newest")]
    [TestCase("map: --patches: patch 5 builds on patch 4", "map", "--kernel", "6.12", "--patches", "5")]
    [TestCase("map: --patches: '6' is not a set of patches", "map", "--kernel", "6.12", "--patches", "6")]
    [TestCase("map: Linux 7.3 has all five patches already", "map", "--kernel", "7.3", "--patches", "1,2,3,4,5")]
    [TestCase("map: the patches are switches on Linux 6.12, not on 6.1", "map", "--kernel", "6.1", "--patches", "1,2")]
    [TestCase("map: --path: 'quick' is not one of kernel, fast", "map", "--path", "quick")]
    [TestCase("map: --thp: 'nevr' is not one of always, madvise, never; did you mean 'never'?", "map", "--thp", "nevr")]
    [TestCase("map: --iommu: 'smmu' is not an IOMMU that is modelled; accepted is vtd (vtd-ss-4l), amdv1 (amd-v1), ", "map", "--iommu", "smmu")]
    [TestCase("map: --iommu: 'amd-1' is not an IOMMU that is modelled; did you mean 'amdv1'?; accepted is vtd ", "map", "--iommu", "amd-1")]
    [TestCase("predict: --iommu: 'riscv-sv93' is not an IOMMU that is modelled; did you mean 'riscv-sv39'?; accepted is vtd ", "predict", "--iommu", "riscv-sv93")]
    [TestCase("map: --repeat: '0' is not a number of repetitions from 1 to 1000", "map", "--repeat", "0")]
    [TestCase("map: --va-skew: '1K' is not a multiple of 4K", "map", "--va-skew", "1K")]
    [TestCase("map: --compare runs every kernel and path; leave --kernel out", "map", "--compare", "--kernel", "6.12")]
    [TestCase("map: --compare: '7.3' is one column; give two or more, such as 6.12,7.3,fast", "map", "--compare", "7.3")]
    [TestCase("map: --compare: '7.3' stands there twice", "map", "--compare", "7.3,7.3")]
    [TestCase("map: --compare: Linux 5.4 is not modelled; accepted is any release from 6.1 to 7.3", "map", "--compare", "5.4,fast")]
    [TestCase("map: --compare runs every kernel and path; leave --trace out", "map", "--compare", "--trace", "steps.txt")]
    [TestCase("map: --trace follows one run; leave --repeat out", "map", "--trace", "steps.txt", "--repeat", "2")]
    [TestCase("map: --trace: 'nowhere/steps.txt' cannot be written: there is no folder for it; make it first", "map", "--trace", "nowhere/steps.txt")]
    [TestCase("map: --trace: '/dev/null' is a device, which a file would replace", "map", "--trace", "/dev/null")]
    [TestCase("predict: --html: '.' is a folder; name a file in it", "predict", "--html", ".")]
    [TestCase("fit: --html: 'nowhere/x.html' cannot be written: there is no folder for it; make it first", "fit", "--html", "nowhere/x.html")]
    [TestCase("map: --ram: '2m' is not a kind of memory; accepted is 4K, thp, 2M, 1G", "map", "--ram", "2m")]
    [TestCase("map: ordinary memory has neither a bar nor an offset; leave --bar and --offset out, or --ram", "map", "--ram", "thp", "--size", "4K", "--bar", "1M")]
    [TestCase("map: size 128G of ordinary memory: the most is 64G", "map", "--ram", "thp", "--size", "128G")]
    [TestCase("map: size 3M is not a multiple of the huge page of 2M", "map", "--ram", "2M", "--size", "3M")]
    [TestCase("map: va-skew 4K is not a multiple of the huge page of 2M", "map", "--ram", "2M", "--size", "4M", "--va-skew", "4K")]
    [TestCase("map: --holes: '-1' is not a number of holes from 0 to 1000", "map", "--holes", "-1")]
    [TestCase("map: 2 holes: give 0 to 1 for 8K", "map", "--size", "8K", "--holes", "2")]
    [TestCase("map: --break-every: 0 bytes cannot be mapped; the smallest size is 4K", "map", "--break-every", "0")]
    [TestCase("map: break-every 1M is not a multiple of 2M", "map", "--ram", "2M", "--size", "4M", "--break-every", "1M")]
    [TestCase("map: break-every 4K makes more than 1048576 pieces of 32G; the smallest is 32K", "map", "--break-every", "4K")]
    [TestCase("map: --domains: '9' is not a number of domains from 1 to 8", "map", "--domains", "9")]
    [TestCase("map: --memlock: '5K' is not a multiple of 4K; the nearest are 4K and 8K", "map", "--memlock", "5K")]
    [TestCase("map: --fail: 'map:0': write map:N with N from 1 on", "map", "--fail", "map:0")]
    [TestCase("map: --backend: 'iommu' is not one of type1, iommufd", "map", "--backend", "iommu")]
    [TestCase("map: Linux 6.1 has no iommufd; it came with 6.2", "map", "--backend", "iommufd", "--kernel", "6.1")]
    [TestCase("map: the fast path stands in for type1; leave --backend iommufd or --path fast out", "map", "--backend", "iommufd", "--path", "fast")]
    [TestCase("map: for iommufd a BAR is one range (a dma-buf); leave --holes and --break-every out, or add --ram", "map", "--backend", "iommufd", "--holes", "1")]
    [TestCase("formats: there is no format 'vtd-ss-4'; did you mean 'vtd-ss-4l'?", "formats", "vtd-ss-4")]
    [TestCase("formats: --emit needs a format", "formats", "--emit")]
    [TestCase("formats: unknown option '--all'", "formats", "--all")]
    [TestCase("predict: there is no file 'no-such-file' and no built-in host of that name", "predict", "no-such-file")]
    [TestCase("predict: there is no file 'dgx-h10' and no built-in host of that name; did you mean 'dgx-h100'?", "predict", "dgx-h10")]
    [TestCase("predict: the host is empty", "predict", "")]
    [TestCase("predict: --knowledge: the name is empty", "predict", "--knowledge", "")]
    [TestCase("map: --size: '' is not a size", "map", "--size", "")]
    [TestCase("predict: --vmm: 'qemu' is not a VMM that is known; write for example qemu-8.2", "predict", "--vmm", "qemu")]
    [TestCase("predict: --host-kernel: Linux 5.4 is not modelled", "predict", "--host-kernel", "6.12,5.4")]
    [TestCase("predict: --firmware: 'uefi' is not one of ovmf, ovmf-2026.08, seabios", "predict", "--firmware", "uefi")]
    [TestCase("predict: --firmware: 'seabois' is not one of ovmf, ovmf-2026.08, seabios; did you mean 'seabios'?", "predict", "--firmware", "seabois")]
    [TestCase("predict: --firmware: the name is empty", "predict", "--firmware", "")]
    [TestCase("predict: --vmm: 'qmu-9.2' is not a VMM that is known; did you mean 'qemu'?", "predict", "--vmm", "qmu-9.2")]
    [TestCase("predict: --backend: 'vfio' is not one of type1, iommufd", "predict", "--backend", "vfio")]
    [TestCase("predict: Linux 6.1 has no iommufd; it came with 6.2", "predict", "--backend", "iommufd", "--host-kernel", "6.1")]
    [TestCase("predict: --ram: 0 bytes cannot be mapped", "predict", "--ram", "0")]
    [TestCase("predict: --ram-pages: '2m' is not one of 4K, thp, 2M, 1G", "predict", "--ram", "4G", "--ram-pages", "2m")]
    [TestCase("predict: --ram-pages says what the memory of --ram is made of; add --ram SIZE", "predict", "--ram-pages", "2M")]
    [TestCase("predict: 3M of memory are not whole pages of 2M", "predict", "--ram", "3M", "--ram-pages", "2M")]
    [TestCase("predict: --phys-bits: '35' is not a number of bits from 36 to 52", "predict", "--phys-bits", "35")]
    [TestCase("predict: --gpus: '0' is not a number of devices from 1 to 64", "predict", "--gpus", "0")]
    [TestCase("predict: --calibration: the name is empty; name a calibration file", "predict", "--calibration", "")]
    [TestCase("predict: --calibration: 'no-such-file' cannot be read", "predict", "--calibration", "no-such-file")]
    [TestCase("run: --xen-costs: 'no-such-file' cannot be read: there is no such file; name another, or leave --xen-costs out", "run", "xen-pv", "--xen-costs", "no-such-file")]
    [TestCase("predict: --knowledge: '.' cannot be read: it is a folder; name another, or leave --knowledge out", "predict", "--knowledge", ".")]
    [TestCase("run: standard input, line 1: the text is empty; see fast.scenario-1.schema.json", "run", "-")]
    [TestCase("run: --knowledge: 'no-such-file' cannot be read", "run", "azure-14-gpus", "--knowledge", "no-such-file")]
    [TestCase("run: --fail-over is for scenarios of kvm, hyperv, and 'bar-32g' is one of bar; leave --fail-over out", "run", "bar-32g", "--fail-over", "3")]
    [TestCase("predict: --fail-over: 'soon' is not a number of seconds", "predict", "--fail-over", "soon")]
    [TestCase("predict: --fail-over: '-3' is not a number of seconds", "predict", "--fail-over", "-3")]
    [TestCase("predict: --knowledge: 'no-such-file' cannot be read", "predict", "--knowledge", "no-such-file")]
    public void Wrong_usage_is_refused_in_one_line(string says, params string[] args)
    {
        var run = ToolRun.Of(args).IsRefused();
        Assert.That(run.Error, Does.Contain(says));
    }

    [Test]
    public void A_folder_is_no_listing()
    {
        var run = ToolRun.Of("predict", AppContext.BaseDirectory).IsRefused();
        Assert.That(run.Error, Does.Contain("is a folder; name a file with the output of 'lspci -vv'"));
    }

    [Test]
    public void A_response_file_is_not_a_feature() => 
        Assert.That(ToolRun.Of("map", "@options").IsRefused().Error, Does.Contain("'@options'"));

    [Test]
    public void A_failure_of_the_tool_is_one_line_and_exit_code_3()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new BrokenReader();
        var exit = Cli.RunAsync(["predict", "-"], output, error, input, CancellationToken.None).GetAwaiter().GetResult();
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.InternalFailure));
            Assert.That(output.ToString(), Is.Empty);
            Assert.That(error.ToString().TrimEnd(), Does.StartWith("fast: internal failure: ").And.Contain("FAST_TRACE=1").And.Not.Contain("\n"));
        });
    }

    private sealed class BrokenReader : TextReader
    {
        public override int Read(char[] buffer, int index, int count) => throw new NotSupportedException("broken\nreader");
    }
}
