/** How each page is drawn. */
export const looks = [
  { name: 'light', title: 'light', width: 1280, colorScheme: 'light' },
  { name: 'dark', title: 'dark', width: 1280, colorScheme: 'dark' },
  { name: 'phone-light', title: '360 px, light', width: 360, colorScheme: 'light' },
  { name: 'phone-dark', title: '360 px, dark', width: 360, colorScheme: 'dark' },
] as const;

export type Look = (typeof looks)[number];

/** A picture keeps its name from run to run. */
export function pictureFile(page: string, look: Look): string {
  return `${page}.${look.name}.webp`;
}
