// Which plots Plotly has still to draw, in their order.

export const PAINTED = "gs-painted"; // has a picture, from the first pixel on

// Those that it has not drawn yet: first where there is nothing to be seen until it has, then what is in sight.
/**
 * @template {{ behind: boolean, sketched: boolean, drawing: { classList: { contains(name: string): boolean } } }} One
 * @param {One[]} plots @param {(plot: One) => boolean | undefined} sees @returns {One[]}
 */
export function waiting(plots, sees) {
  /** @param {One} plot */
  const empty = ({ drawing, sketched }) => !sketched && !drawing.classList.contains(PAINTED);
  /** @param {One} plot */
  const rank = (plot) => (empty(plot) ? 0 : sees(plot) ? 1 : 2);
  const behind = plots.filter((plot) => plot.behind).map((plot) => ({ plot, rank: rank(plot) }));
  return behind.sort((one, other) => one.rank - other.rank).map(({ plot }) => plot);
}
