import type { Page } from 'playwright-core';

/** What is drawn by a background alone: of a part without words, border or drawing the browser leaves nothing in forced colours. */
const drawnByBackground = `[...document.querySelectorAll('body *')].filter((each) => {
  const { backgroundColor, backgroundImage, borderStyle, forcedColorAdjust } = getComputedStyle(each);
  const { width, height } = each.getBoundingClientRect();
  return width > 0 && height > 0 && each.checkVisibility() && each.textContent.trim() === '' &&
    !each.querySelector('svg, img, input') && !each.matches('svg, svg *, input, dialog, iframe') &&
    backgroundColor !== 'rgba(0, 0, 0, 0)' && borderStyle === 'none' && forcedColorAdjust !== 'none' &&
    !each.closest('.late-skeleton');
}).map((each) => each.outerHTML.slice(0, 160))`;

/** Marks, bars and focus of a drawing have to stand out from what is behind them. */
const drawnUnseen = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    if (a < 128) return null;
    const linear = [r, g, b].map((each) => each / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = luminance(getComputedStyle(document.documentElement).backgroundColor) ?? 1;
  const stands = (colour) => {
    const own = luminance(colour);
    return own !== null && (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05) >= 3;
  };
  return [...document.querySelectorAll('svg')]
    .filter((svg) => svg.checkVisibility() && svg.getBoundingClientRect().width > 0)
    .filter((svg) => ![...svg.querySelectorAll('*')].some((shape) => {
      const { fill, stroke } = getComputedStyle(shape);
      return (fill !== 'none' && (fill.startsWith('url') || stands(fill))) || (stroke !== 'none' && stands(stroke));
    }))
    .map((svg) => svg.outerHTML.slice(0, 160));
})()`;

/** Whatever has the focus shows it: the ring is the one of the whole product. */
const focusUnseen = `(() => {
  // Behind an open dialog nothing can have the focus.
  const place = document.querySelector('dialog:modal') ?? document;
  const focusable = [...place.querySelectorAll('a[href], button:not(:disabled), input:not(:disabled), select, [tabindex="0"]')]
    .find((each) => each.checkVisibility());
  focusable?.focus({ focusVisible: true });
  return !focusable || getComputedStyle(focusable).outlineStyle !== 'none' ? [] : [focusable.outerHTML.slice(0, 160)];
})()`;

/** What a reader who has the system choose all colours would not see. Leaves the page in forced colours. */
export async function unseenInForcedColours(page: Page): Promise<string[]> {
  await page.emulateMedia({ forcedColors: 'active' });
  const gone = await page.evaluate<string[]>(drawnByBackground);
  const faint = await page.evaluate<string[]>(drawnUnseen);
  const unfocused = await page.evaluate<string[]>(focusUnseen);
  return [
    ...gone.map((each) => `gone in forced colours: ${each}`),
    ...faint.map((each) => `faint in forced colours: ${each}`),
    ...unfocused.map((each) => `focus unseen in forced colours: ${each}`),
  ];
}

/** What goes on moving for a reader who asked for less motion. */
export async function restless(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const moving = await page.evaluate<string[]>(`document.getAnimations()
    .filter(({ playState, effect }) => playState === 'running' && effect.getComputedTiming().duration > 0)
    // The styles of what is folded away are worked out when it is unfolded.
    .filter(({ effect }) => effect.target.checkVisibility({ contentVisibilityAuto: true }))
    .map(({ effect }) => effect.target.outerHTML.slice(0, 160))`);
  return moving.map((each) => `moves though less motion is asked for: ${each}`);
}
