namespace System.Runtime.CompilerServices;

/// <summary>What netstandard2.0 lacks for records.</summary>
internal static class IsExternalInit;
