//! `config_gen.go`: what a client is made with.

use zerossl::SETTINGS;

use super::requests::members;
use super::structs::declared;

const HEAD: &str = "\nimport (\n\t\"log/slog\"\n\t\"time\"\n)\n";
const DOC: &str = "Config has the settings of a [Client]. The zero value is a good start if the environment has \
                   ZEROSSL_ACCESS_KEY: each field that is zero has its default. Printed, it does not show the key.";
const LOGGER: &str = "\t// Gets a line for each request and its answer, at level debug; none by default.\n\
                      \tLogger *slog.Logger `json:\"-\"`\n";

pub(super) fn text() -> String {
    HEAD.to_owned() + &declared("Config", DOC, &members(SETTINGS), LOGGER)
}
