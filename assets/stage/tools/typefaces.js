// The typefaces of a picture: a picture takes none of the page along, so they are put into it.

const LARGEST = 3_000_000; // bytes of a typeface
/** @type {Map<string, string>} */
const kept = new Map(); // address -> its rule, or ""

// families: lists as `font-family` has them. Resolves to style rules for those that the page itself has.
/** @param {Iterable<string>} families */
export async function fontsOf(families) {
  const wanted = new Set([...families].flatMap((list) => list.split(",").map(named)));
  const used = [...document.fonts].filter(({ status }) => status === "loaded").map(({ family }) => named(family));
  const rules = [...document.styleSheets].flatMap((sheet) => rulesOf(sheet).map((rule) => ({ rule, base: sheet.href ?? document.baseURI })));
  const faces = rules.filter(({ rule }) => {
    const family = named(rule.style.getPropertyValue("font-family"));
    return wanted.has(family) && used.includes(family);
  });
  return (await Promise.all(faces.map(embedded))).join("\n");
}

/** @param {string} family */
function named(family) {
  return family.trim().replace(/^["']|["']$/g, "");
}

// Another site's sheets are closed to the page.
/** @param {CSSStyleSheet} sheet @returns {CSSFontFaceRule[]} */
function rulesOf(sheet) {
  try {
    return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  } catch {
    return [];
  }
}

/** @param {{ rule: CSSFontFaceRule, base: string }} face */
async function embedded({ rule, base }) {
  const source = rule.style.getPropertyValue("src").match(/url\(["']?([^"')]+)["']?\)/)?.[1];
  if (!source) return "";
  const url = new URL(source, base).href;
  if (!kept.has(url)) kept.set(url, await written(url, rule.style));
  return kept.get(url);
}

// "" for one that does not come: the picture has the next family of its list then.
/** @param {string} url @param {CSSStyleDeclaration} style */
async function written(url, style) {
  try {
    const bytes = await (await fetch(url)).blob();
    if (bytes.size > LARGEST) return "";
    const data = await new Promise((done, failed) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.onerror = failed;
      reader.readAsDataURL(bytes);
    });
    const more = ["font-family", "font-weight", "font-style", "unicode-range"]
      .map((name) => [name, style.getPropertyValue(name)]).filter(([, value]) => value).map(([name, value]) => `${name}: ${value};`);
    return `@font-face { ${more.join(" ")} src: url(${data}); }`;
  } catch {
    return "";
  }
}
