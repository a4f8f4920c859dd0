import localFont from 'next/font/local';

// Asked for before anything is drawn, and never swapped under a reader: a font that is late waits for the next page, so
// that nothing moves. Letters beyond Western Europe come only where a page has them.

const inter = localFont({
  src: '../../../../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  variable: '--inter',
  weight: '100 900',
  display: 'optional',
  adjustFontFallback: 'Arial',
});
const interMore = localFont({
  src: '../../../../node_modules/@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2',
  variable: '--inter-more',
  weight: '100 900',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF',
    },
  ],
});
const mono = localFont({
  src: '../../../../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
  variable: '--jetbrains',
  weight: '100 800',
  display: 'optional',
  adjustFontFallback: false,
});

/** For `<html>`: the names that `tokens.css` uses. */
export const fontClasses = `${inter.variable} ${interMore.variable} ${mono.variable}`;
