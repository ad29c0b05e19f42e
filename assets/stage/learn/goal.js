// Whether what a step of a lesson asks for is so on the stage. Every number it looks at is one that is on show.

/**
 * @import { Goal, NumberAt } from "../contract"
 * @typedef {object} Stage what is on show
 * @property {string} scene @property {string} notation as links name them
 * @property {string} view that is open
 * @property {{ step: number, unit: number }} cursor
 * @property {(target: string) => boolean} isEdited
 * @property {(place: string) => boolean} isHeld
 * @property {(at: NumberAt) => number | undefined} number undefined where it is not here
 */

/** @param {Goal} goal @param {Stage} stage */
export function isMet(goal, stage) {
  const { number, low, high, edited, held, step, unit, view, notation } = goal;
  const value = number ? stage.number(number) : null;
  return (
    value !== undefined && (value === null || ((low ?? -Infinity) < value && value < (high ?? Infinity)))
    && (!edited || stage.isEdited(edited))
    && (!held || stage.isHeld(held))
    && (step === null || stage.cursor.step === step)
    && (unit === null || stage.cursor.unit === unit)
    && (!view || stage.view === view)
    && (!notation || stage.notation === notation)
  );
}
