// The texts in which the stage asks, one for each question on standard input: what it reads is a list of
// [name of a writer, arguments]. tests/app/messages/test_written.py holds them to the readers of these texts.

import { json } from "node:stream/consumers";

import { placeOf } from "../../assets/stage/lens/holding.js";
import { targetAt } from "../../assets/stage/core/cells.js";

const WRITERS = { placeOf, targetAt };
const asked = await json(process.stdin);
process.stdout.write(JSON.stringify(asked.map(([writer, ...given]) => WRITERS[writer](...given))));
