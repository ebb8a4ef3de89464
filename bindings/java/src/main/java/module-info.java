/** A client of ZeroSSL's REST API, on the C library libzerossl. It is unofficial. */
module io.github.libzerossl {
    requires com.google.gson;
    requires com.sun.jna;

    exports io.github.libzerossl;
}
