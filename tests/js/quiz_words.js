// The words of the quiz's page for tests without a server.

import { readFileSync } from "node:fs";

import { learnWords } from "../../assets/learn/say.js";
import { read } from "./words.js";

export const QUIZ_WORDS = read(readFileSync(new URL("../../app/words/english/quiz_page.toml", import.meta.url), "utf8"));
learnWords(QUIZ_WORDS);
