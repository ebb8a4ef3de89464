"""The program ``zerossl-sandbox`` as a package; `libzerossl.sandbox` starts it."""
