// Whether what a step of a lesson asks for is so on the sight. Every number it looks at is one that is on show.

/**
 * @import { Goal, NumberAt } from "../contract"
 * @typedef {object} Sight what is on show
 * @property {string} scene @property {string} notation as links name them
 * @property {string} view that is open
 * @property {{ step: number, unit: number }} cursor
 * @property {(target: string) => boolean} isEdited
 * @property {(place: string) => boolean} isHeld
 * @property {(at: NumberAt) => number | undefined} number undefined where it is not here
 * @property {(at: NumberAt) => string} symbol of its track
 */

/** @param {Goal} goal @param {Sight} sight */
export function isMet(goal, sight) {
  const { number, low, high, edited, held, step, unit, view, notation } = goal;
  const value = number ? sight.number(number) : null;
  return (
    value !== undefined && (value === null || ((low ?? -Infinity) < value && value < (high ?? Infinity)))
    && (!edited || sight.isEdited(edited))
    && (!held || sight.isHeld(held))
    && (step === null || sight.cursor.step === step)
    && (unit === null || sight.cursor.unit === unit)
    && (!view || sight.view === view)
    && (!notation || sight.notation === notation)
  );
}
