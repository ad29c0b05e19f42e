"""What is written on a page, in which colour, and on which: by the browser's own styles."""

from playwright.sync_api import Page

from tests.browser.lensing import channels, contrast

# Texts and edges that can be seen under a root, with their colour and that of what they stand on,
# as these come out of all that is see-through or faded around them. What cannot be pressed now may
# be pale (WCAG 1.4.3); letters of drawings are measured where drawings are.
INKED = """
([root, edged]) => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (colour, clear) => {
    pen.globalAlpha = clear;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
  };
  const bytes = () => `rgb(${[...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(", ")})`;
  const measured = (one, colour, around = one) => {
    const chain = [];
    for (let up = around; up; up = up.parentElement) chain.unshift(getComputedStyle(up));
    let clear = 1;
    paint("#fff", 1);
    for (const style of chain) {
      clear *= Number(style.opacity);
      paint(style.backgroundColor, clear);
    }
    const ground = bytes();
    paint(colour, clear);
    return [bytes(), ground];
  };
  const passed = ":disabled, :disabled *, option, svg, svg *, .gs-hidden, .gs-hidden *, title,"
    + "[data-testid=stIconMaterial]";
  const fields = "input:not([type=range], [type=radio], [type=checkbox]), select, textarea";
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && one.getBoundingClientRect().width > 1;
  const texts = [];
  for (const one of document.querySelectorAll(`${root}, ${root} *`)) {
    if (one.matches(passed) || !seen(one)) continue;
    const field = one.matches(fields);
    const written = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!field && !written) continue;
    const said = (one.textContent || one.value || one.tagName).trim().slice(0, 40);
    texts.push([said, ...measured(one, getComputedStyle(one).color)]);
    if (field && one.placeholder && !one.value) {
      const { color } = getComputedStyle(one, "::placeholder");
      texts.push([one.placeholder, ...measured(one, color)]);
    }
  }
  const edges = [...document.querySelectorAll(edged)]
    .filter((one) => seen(one) && !one.matches(":disabled"))
    .map((one) => {
      const style = getComputedStyle(one);
      const side = ["Bottom", "Left"].find((name) => parseFloat(style[`border${name}Width`]) > 0);
      const name = one.className || one.tagName;
      return [name, ...measured(one, style[`border${side}Color`], one.parentElement)];
    });
  return { texts, edges };
}
"""
TEXT, MARK = 4.5, 3.0  # WCAG 1.4.3 and 1.4.11
# What says by its edge alone that something can be pressed or typed in, or that it is set apart.
EDGED = ", ".join(
    (
        *(".gs-lesson button:not(.gs-plain, header *)", ".gs-lesson input[type=text]"),
        *(".gs-lesson-reveal", ".gs-here", ".gs-list-button", ".gs-quiz input[type=text]"),
        "[data-testid=stTextInputRootElement]",
    )
)


def too_pale(page: Page, root: str = ".stMain") -> list[str]:
    """Texts and edges that stand out less than they need to; there must be some texts at all."""
    found: dict[str, list[tuple[str, str, str]]] = page.evaluate(INKED, [root, EDGED])
    assert found["texts"], root
    return sorted(
        {
            f"{name}: {contrast(channels(ink), channels(on)):.2f}"
            for kind, least in (("texts", TEXT), ("edges", MARK))
            for name, ink, on in found[kind]
            if contrast(channels(ink), channels(on)) < least
        }
    )
