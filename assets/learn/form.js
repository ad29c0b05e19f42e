// One question: choices or a number to type, and after the answer what is so and why.

import { make } from "../stage/core/dom.js";
import { counts, readNumber } from "./number.js";
import { say } from "./say.js";

/** @import { Choice, Question } from "./types" */

const ANSWERS = "gs-quiz-answers"; // the name of the choices, and the id of what is wrong with an answer
const SAID = "gs-quiz-said";
const SOON = 300; // milliseconds in which a key that is still down presses nothing

/**
 * @param {Question} question
 * @param {(right: boolean, given: string) => void} take
 */
export function drawForm(question, take) {
  const problem = make("p", { className: "gs-quiz-problem", id: `${ANSWERS}-problem`, role: "alert" });
  const legend = make("legend", {}, question.text);
  const fields = question.choices ? question.choices.map(drawChoice) : [drawNumber(question)];
  const field = make("fieldset", {}, legend, ...fields);
  const submit = make("button", { type: "submit", className: "gs-quiz-main" }, say("ask.answer"));
  return make("form", { className: "gs-quiz-form", noValidate: true, onsubmit: answer }, field, problem, submit);

  /** @param {Event} event */
  function answer(event) {
    event.preventDefault();
    const found = question.choices ? chosen(question.choices, field) : typed(question, field);
    problem.textContent = found.problem;
    if (found.problem) return /** @type {HTMLElement} */ (field.querySelector("input")).focus();
    field.disabled = true;
    submit.remove();
    problem.remove();
    if (question.choices) explain(question.choices, field);
    take(found.right, found.given);
  }
}

/** @param {Choice} choice @param {number} at */
function drawChoice({ text }, at) {
  const input = make("input", { type: "radio", name: ANSWERS, value: String(at) });
  return make("div", { className: "gs-quiz-choice" }, make("label", {}, input, make("span", {}, text)));
}

/** @param {Question} question */
function drawNumber({ number }) {
  const hint = `${ANSWERS}-hint`;
  const input = make("input", { type: "text", inputMode: "text", autocomplete: "off", spellcheck: false, "aria-describedby": `${hint} ${ANSWERS}-problem` });
  return make("div", { className: "gs-quiz-number" },
    make("label", {}, make("span", {}, say("ask.number")), input),
    make("p", { className: "gs-quiz-hint", id: hint }, number?.tolerance));
}

/** @param {Choice[]} choices @param {HTMLFieldSetElement} field */
function chosen(choices, field) {
  const input = field.querySelector("input:checked");
  if (!(input instanceof HTMLInputElement)) return { right: false, given: "", problem: say("ask.choose") };
  const { right, text } = choices[Number(input.value)];
  return { right, given: text, problem: "" };
}

/** @param {Question} question @param {HTMLFieldSetElement} field */
function typed({ number }, field) {
  const text = field.querySelector("input")?.value.trim() ?? "";
  const value = number && readNumber(text, number.near === 0);
  if (!number || value === null) return { right: false, given: text, problem: say("ask.no_number") };
  return { right: counts(value, number), given: text, problem: "" };
}

// Every choice with its reason; which was right, and which was chosen, in words.
/** @param {Choice[]} choices @param {HTMLFieldSetElement} field */
function explain(choices, field) {
  for (const [at, row] of [...field.querySelectorAll(".gs-quiz-choice")].entries()) {
    const { right, because } = choices[at];
    const mine = row.querySelector("input:checked") !== null;
    const lead = right ? say("ask.right_one") : mine ? say("ask.yours") : "";
    row.classList.toggle("gs-quiz-right", right);
    row.classList.toggle("gs-quiz-mine", mine);
    row.append(make("p", { className: "gs-quiz-because" }, lead ? make("em", {}, lead) : null, lead ? " " : null, because));
  }
}

/**
 * @param {Question} question @param {boolean} right @param {string} given
 * @param {() => void} onNext
 */
export function drawVerdict(question, right, given, onNext) {
  const { number, belief, link, label, look } = question;
  const since = performance.now();
  const go = make("button", {
    type: "button", className: "gs-quiz-main", "aria-describedby": SAID,
    onclick: () => performance.now() - since > SOON && onNext(),
  }, say("ask.next"));
  requestAnimationFrame(() => go.focus({ preventScroll: true }));
  const because = number?.because ?? question.choices?.find((one) => right ? one.right : one.text === given)?.because ?? "";
  return make("div", { className: "gs-quiz-verdict" },
    make("div", { id: SAID },
      make("p", { className: right ? "gs-quiz-yes" : "gs-quiz-no" }, verdict(question, right, given)),
      make("p", { className: number ? "" : "gs-quiz-heard" }, because)),
    belief ? make("p", { className: "gs-quiz-belief" }, say("verdict.belief", { belief })) : null,
    make("p", { className: "gs-quiz-sight" }, make("a", { href: `./?${link}`, target: "_self" }, label), ` ${look}`),
    go);
}

/** @param {Question} question @param {boolean} right @param {string} given */
function verdict({ number }, right, given) {
  if (!number) return right ? say("verdict.right") : say("verdict.choice");
  return right ? say("verdict.right_number", { said: number.said }) : say("verdict.number", { said: number.said, given });
}
