// A file that the server has not taken in: Streamlit's field says the status of the answer alone, which
// tells nobody what to do. The server has said it in a sentence (app/doors/requests.py), which stands there then.

const UPLOAD = /\/_stcore\/upload_file\//;
const SENTENCE = "Gatescope-Refused"; // the header of an answer that is one
const PATIENCE = 10_000; // milliseconds in which the field says that something went wrong

let known = false;

// From now on; once for all pages.
export function explainRefusals() {
  if (known) return;
  known = true;
  const { open } = XMLHttpRequest.prototype;
  /** @this {XMLHttpRequest} @param {any[]} given */
  XMLHttpRequest.prototype.open = function (...given) {
    if (UPLOAD.test(String(given[1]))) this.addEventListener("loadend", () => explain(this), { once: true });
    Reflect.apply(open, this, given);
  };
}

/** @param {XMLHttpRequest} answer */
function explain(answer) {
  if (!answer.getResponseHeader(SENTENCE)) return;
  const { status, responseText } = answer;
  const put = () => {
    const text = whereItSays(`status code ${status}`);
    if (!text) return;
    text.nodeValue = responseText;
    stop();
  };
  const seeing = new MutationObserver(put);
  const stop = () => seeing.disconnect();
  seeing.observe(document.body, { childList: true, subtree: true, characterData: true });
  setTimeout(stop, PATIENCE);
  put();
}

/** @param {string} words @returns {Node | null} */
function whereItSays(words) {
  for (const field of document.querySelectorAll('[data-testid="stFileUploader"]')) {
    const texts = document.createTreeWalker(field, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) if (texts.currentNode.nodeValue?.includes(words)) return texts.currentNode;
  }
  return null;
}
