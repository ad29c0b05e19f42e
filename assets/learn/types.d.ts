// What the page of the quiz is told (app/views/quiz.py), and what it keeps.

import type { Template } from "../stage/core/words.js";

export interface Choice {
  text: string;
  right: boolean;
  because: string;
}

// The answer that is a number. near: how far off counts; 0 for a whole number.
export interface Numeric {
  value: number;
  said: string;
  near: number;
  because: string;
  tolerance: string;
}

export interface Question {
  name: string;
  theme: string;
  text: string;
  belief: string;
  choices: Choice[] | null;
  number: Numeric | null;
  link: string; // the query of the first page
  label: string;
  look: string;
}

export interface Message {
  seed: number;
  another: number; // the seed of another draw
  questions: Question[];
  words: Record<string, Template>;
}

// What is known of one question: its box, from 1 to 5 and 6 past them; the answer it was met last in,
// counted from 1; how often it was missed.
export interface Card {
  box: number;
  at: number;
  missed: number;
}

// Of one draw. count: answers so far; right: how many of them were.
export interface Progress {
  count: number;
  right: number;
  cards: Record<string, Card>;
}

export interface Stored {
  version: number;
  draws: Record<string, Progress>;
}
