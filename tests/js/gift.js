// What a parser that is not ours reads in a GIFT file on standard input (tests/app/learning/test_quiz_exporting.py).

import { text } from "node:stream/consumers";

import gift from "gift-pegjs";

process.stdout.write(JSON.stringify(gift.parse(await text(process.stdin))));
