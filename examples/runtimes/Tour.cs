// A tour of libzerossl with P/Invoke, for Mono and .NET. JSON is read by the library.
//
//     export ZEROSSL_ACCESS_KEY=...
//     mcs Tour.cs && mono Tour.exe example.com /var/www/html/.well-known/pki-validation certificates
using System;
using System.IO;
using System.Runtime.InteropServices;
using static Native;

static class Native
{
    public const int ABI_VERSION = 0; // of the zerossl.h that this was written for
    public const int DONE = 0, EVENT = 1;
    const string Lib = "libzerossl.so.0";

    [DllImport(Lib)] public static extern int zerossl_abi_version();
    [DllImport(Lib)] public static extern Text zerossl_json_get(string json, string pointer);
    [DllImport(Lib)] public static extern Text zerossl_json_quote(string text);
    [DllImport(Lib)] public static extern void zerossl_string_free(IntPtr text);
    [DllImport(Lib)] public static extern IntPtr zerossl_error_json(IntPtr error);
    [DllImport(Lib)] public static extern void zerossl_error_free(IntPtr error);
    [DllImport(Lib)] public static extern Client zerossl_client_new(string settings, out IntPtr error);
    [DllImport(Lib)] public static extern void zerossl_client_free(IntPtr client);
    [DllImport(Lib)] public static extern Op zerossl_op_start(Client c, string name, string request, out IntPtr error);
    [DllImport(Lib)] public static extern int zerossl_op_next(Op op, int timeout, out Text json, out IntPtr error);
    [DllImport(Lib)] public static extern int zerossl_op_reply(Op op, string reply, out IntPtr error);
    [DllImport(Lib)] public static extern void zerossl_op_cancel(Op op);
    [DllImport(Lib)] public static extern Text zerossl_op_result(Op op, out IntPtr error);
    [DllImport(Lib)] public static extern void zerossl_op_free(IntPtr op);
    [DllImport("libdl.so.2")] public static extern IntPtr dlopen(string path, int flags);

    // Strings are marshalled as UTF-8 on both runtimes.
    public static string Take(this Text text)
    {
        using (text) return Marshal.PtrToStringAnsi(text.DangerousGetHandle());
    }

    public static string Get(this string json, string pointer) => zerossl_json_get(json, pointer).Take();
    public static string Quote(string text) => zerossl_json_quote(text).Take();

    public static void Check(IntPtr error)
    {
        if (error == IntPtr.Zero) return;
        var fields = Marshal.PtrToStringAnsi(zerossl_error_json(error));
        zerossl_error_free(error);
        throw new ZeroSslException(fields);
    }
}

/// Has the fields of docs/errors.md, as JSON.
sealed class ZeroSslException : Exception
{
    public readonly string Fields;
    public ZeroSslException(string fields) : base(fields.Get("/message")) { Fields = fields; }
}

/// The runtime frees what a handle holds, and not before a call with it has returned.
abstract class Handle : SafeHandle
{
    protected Handle() : base(IntPtr.Zero, true) { }
    public override bool IsInvalid => handle == IntPtr.Zero;
}

sealed class Text : Handle
{
    protected override bool ReleaseHandle() { zerossl_string_free(handle); return true; }
}

sealed class Op : Handle
{
    protected override bool ReleaseHandle() { zerossl_op_free(handle); return true; }
}

sealed class Client : Handle
{
    protected override bool ReleaseHandle() { zerossl_client_free(handle); return true; }

    /// Runs an operation on a thread of the library, and pulls its events: the type, and the whole as JSON.
    public string Run(string operation, string request, Action<Op, string, string> onEvent)
    {
        using (var op = zerossl_op_start(this, operation, request, out var error))
        {
            Check(error);
            Text text;
            int found;
            while ((found = zerossl_op_next(op, 1000, out text, out error)) != DONE)
            {
                Check(error);
                if (found != EVENT) continue;
                var json = text.Take();
                onEvent(op, json.Get("/type"), json);
            }
            var result = zerossl_op_result(op, out error);
            Check(error);
            return result.Take();
        }
    }
}

static class Tour
{
    static void Main(string[] args)
    {
        // What is loaded already is found by DllImport. On .NET use NativeLibrary.SetDllImportResolver.
        dlopen(Environment.GetEnvironmentVariable("ZEROSSL_LIBRARY") ?? "libzerossl.so.0", 2);
        Visit(args[0], args[1], args[2], args.Length > 3 ? args[3] : "warn");
    }

    static void Visit(string domain, string folder, string directory, string preflight)
    {
        if (zerossl_abi_version() < ABI_VERSION) throw new Exception("libzerossl is older than this program");
        using (var client = zerossl_client_new("{}", out var error))
        {
            Check(error);
            var list = client.Run("list_certificates", "{\"limit\": 10}", (op, type, json) =>
            {
                for (var i = 0; json.Get($"/results/{i}/id") is string id; i++)
                {
                    var at = $"/results/{i}";
                    Console.WriteLine($"{id} {json.Get(at + "/status")} {json.Get(at + "/common_name")}");
                }
            });
            Console.WriteLine($"{list.Get("/result_count")} certificates");
            try { client.Run("get_certificate", "{\"id\": \"unknown\"}", (op, type, json) => { }); }
            catch (ZeroSslException e)
            {
                Console.WriteLine($"{e.Fields.Get("/kind")} {e.Fields.Get("/api_code")} {e.Message}");
            }

            var request = "{\"validation\": {\"method\": \"HTTP_CSR_HASH\"}, \"preflight\": " + Quote(preflight)
                + ", \"domains\": [" + Quote(domain) + "], \"directory\": " + Quote(directory) + "}";
            try
            {
                client.Run("obtain", request, (op, type, json) => { if (type == "publish") zerossl_op_cancel(op); });
            }
            catch (ZeroSslException e) { Console.WriteLine(e.Message); }
            // The order is kept, and the same call goes on with it.
            var obtained = client.Run("obtain", request, (op, type, json) =>
            {
                if (type == "progress") Console.WriteLine(json.Get("/message"));
                if (type != "publish" && type != "cleanup") return;
                var path = Path.Combine(folder, json.Get("/file"));
                if (type == "publish") File.WriteAllText(path, json.Get("/content"));
                else File.Delete(path);
                zerossl_op_reply(op, $"{{\"id\": {json.Get("/id")}, \"ok\": true}}", out var refused);
                Check(refused);
            });
            Console.WriteLine($"{obtained.Get("/outcome")} {obtained.Get("/files/fullchain")}");
        }
    }
}
