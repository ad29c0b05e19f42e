// The texts of the quiz with their fields, written from quiz_page.toml of app/words/english
// by `python -m scripts.stage_words`. Change them there.

export type Word = string | number;

export interface Fields {
  "ask.answer": {};
  "ask.next": {};
  "ask.number": {};
  "ask.choose": {};
  "ask.no_number": {};
  "ask.place": { all: Word; seen: Word; theme: Word };
  "ask.again": { box: Word; theme: Word };
  "ask.yours": {};
  "ask.right_one": {};
  "verdict.right": {};
  "verdict.choice": {};
  "verdict.number": { given: Word; said: Word };
  "verdict.right_number": { said: Word };
  "verdict.belief": { belief: Word };
  "done.title": {};
  "done.text": {};
  "progress.so_far": { n: number; right: Word };
  "progress.waiting": { n: number };
  "progress.rule": { spaces: Word };
  "progress.where": {};
  "progress.save": {};
  "progress.open": {};
  "progress.anew": {};
  "progress.draw": { seed: Word };
  "progress.as_written": {};
  "progress.another": {};
  "storage.aside": { key: Word };
  "storage.begun": { key: Word };
  "storage.opened": { key: Word };
  "storage.opened_first": {};
  "storage.not_ours": { name: Word };
  "storage.nowhere": {};
}
