"""What a screen reader is told by itself."""

VOICE = ".gs-stage > [role=status]"
# Counts what the live regions of the page are made to say, from here on, with the time of each.
LISTEN = """
() => {
  const LIVE = "output, [role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off])";
  window.heard = [];
  new MutationObserver((changes) => {
    const regions = new Set(changes
      .map(({ target }) => (target.nodeType === 1 ? target : target.parentElement)?.closest(LIVE))
      .filter((region) => region?.closest(".gs-stage")));
    for (const region of regions) window.heard.push(region.textContent);
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}
"""
