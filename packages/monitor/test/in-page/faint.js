/** Texts that are too faint against what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1). Runs in the page. */
export default () => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const toRgba = (colour) => {
    if (canvas === null) throw new Error('no canvas');
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const brightness = (rgb) => {
    const [r = 0, g = 0, b = 0] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const rgba = toRgba(getComputedStyle(at).backgroundColor);
      if (rgba[3] === 255) return rgba;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === 3 && node.textContent?.trim() !== '',
    );
    if (!own || element.closest('svg') !== null || !element.checkVisibility()) continue;
    let shown = 1;
    for (let at = element; at !== null; at = at.parentElement) {
      shown *= Number(getComputedStyle(at).opacity);
    }
    const back = backOf(element);
    const text = toRgba(getComputedStyle(element).color).map(
      (value, index) => value * shown + (back[index] ?? 0) * (1 - shown),
    );
    const [light = 0, dark = 0] = [
      brightness(text.slice(0, 3)),
      brightness(back.slice(0, 3)),
    ].toSorted((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`);
  }
  return faint;
};
