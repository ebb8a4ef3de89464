module github.com/libzerossl/libzerossl/bindings/go

go 1.24
