// What the page computes of the batches on standard input, as text; tests/app/messages/test_core.py asks.

import { buffer } from "node:stream/consumers";

import { computed } from "./computing.js";

process.stdout.write(await computed(await buffer(process.stdin)));
