"""The same as obtain.c, through the Python package."""

import json
import sys

import libzerossl


def main() -> int:
    """Call `obtain` with the parameters of the first argument, in JSON."""
    parameters = json.loads(sys.argv[1])

    def tell(event: libzerossl.Event) -> None:
        print("event", json.dumps({"type": event.type, "message": event.message}))

    try:
        with libzerossl.Client(requests_per_second=0) as client:
            answer = client.obtain(parameters.pop("domains"), on_event=tell, **parameters)
    except libzerossl.Error as error:
        print("error", json.dumps({"kind": error.kind, "message": error.message}))
        return 1
    print("answer", json.dumps({"outcome": answer.outcome, "deployed": answer.deployed}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
