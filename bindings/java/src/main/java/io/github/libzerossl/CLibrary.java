package io.github.libzerossl;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** The functions of the C library that this package uses, under their own names. */
interface CLibrary extends Library {
    int DONE = 0;
    int EVENT = 1;

    String zerossl_version();

    int zerossl_abi_version();

    void zerossl_string_free(Pointer text);

    String zerossl_error_json(Pointer error);

    void zerossl_error_free(Pointer error);

    Pointer zerossl_client_new(String settings, PointerByReference error);

    Pointer zerossl_client_with_cancel(Pointer client, Pointer token, PointerByReference error);

    void zerossl_client_free(Pointer client);

    Pointer zerossl_cancel_token_new();

    void zerossl_cancel_token_cancel(Pointer token);

    int zerossl_cancel_token_is_cancelled(Pointer token);

    void zerossl_cancel_token_free(Pointer token);

    Pointer zerossl_op_start(Pointer client, String operation, String request, PointerByReference error);

    Pointer zerossl_op_start_call(Pointer client, String operation, String request, PointerByReference error);

    int zerossl_op_next(Pointer op, int timeout, PointerByReference event, PointerByReference error);

    int zerossl_op_reply(Pointer op, String reply, PointerByReference error);

    int zerossl_op_fd(Pointer op);

    void zerossl_op_cancel(Pointer op);

    Pointer zerossl_op_result(Pointer op, PointerByReference error);

    void zerossl_op_free(Pointer op);
}
