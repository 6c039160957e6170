import { Random } from './random';
import { slugOf } from './slug';
import { COLORS } from './words';

const COLOR_BY_SLUG = new Map(Object.entries(COLORS).map(([name, hex]) => [slugOf(name), hex]));
const FALLBACK = ['#7a8450', '#b5532d', '#26385a', '#cf9a2e', '#2f5d46', '#6d3d5b', '#5d6b78', '#bf9160'];

/** Shapes on a canvas of 400 by 400; the first whose words stand in the name is drawn. */
const SHAPES: readonly (readonly [words: RegExp, path: string])[] = [
  [/tent|tarp/, 'M80 300 L200 110 L320 300 Z M200 190 L160 300 H240 Z'],
  [
    /bicycle/,
    'M120 215a60 60 0 1 0 .1 0Z M280 215a60 60 0 1 0 .1 0Z M120 275 L165 175 H250 L280 275 M165 175 L205 275 L250 175 M205 275 H120 M240 145 H270 M150 160 H180',
  ],
  [/boot|trainer|shoe|sandal|slipper/, 'M95 160 H175 L200 210 L300 240 Q325 250 322 285 H95 Z M90 292 H325 V308 H90 Z'],
  [
    /jacket|coat|jumper|shirt|cardigan|suit|pyjama|vest/,
    'M150 105 Q200 145 250 105 L330 150 L305 215 L275 200 V315 H125 V200 L95 215 L70 150 Z',
  ],
  [/dress/, 'M165 95 L185 120 H215 L235 95 L250 110 L235 190 L290 315 H110 L165 190 L150 110 Z'],
  [/chinos/, 'M140 95 H260 L285 315 H225 L200 180 L175 315 H115 Z'],
  [
    /backpack|daypack|bag|pannier|tote|sleeve/,
    'M125 165 Q125 120 200 120 Q275 120 275 165 V300 H125 Z M165 120 Q165 80 200 80 Q235 80 235 120 M150 220 H250 V275 H150 Z',
  ],
  [/bottle|flask/, 'M180 85 H220 V125 Q250 140 250 175 V315 H150 V175 Q150 140 180 125 Z'],
  [/lamp|lantern|pendant|light/, 'M145 190 L175 105 H225 L255 190 Z M195 190 H205 V290 H195 Z M150 290 H250 V308 H150 Z'],
  [/chair|stool/, 'M140 95 H260 V205 H140 Z M130 215 H270 V235 H130 Z M140 235 L130 315 M260 235 L270 315'],
  [/table|desk|shelf|rack/, 'M85 165 H315 V185 H85 Z M110 185 L100 310 M290 185 L300 310'],
  [
    /mug|cup|dripper|teapot|tumbler|can/,
    'M120 140 H250 V250 Q250 295 185 295 Q120 295 120 250 Z M250 165 Q305 165 305 205 Q305 245 250 245',
  ],
  [
    /casserole|pan|kettlebell/,
    'M95 185 H305 V250 Q305 300 255 300 H145 Q95 300 95 250 Z M85 165 H315 V180 H85 Z M185 145 H215 V165 H185 Z',
  ],
  [/knife|trowel|secateurs|tool|razor|pen/, 'M105 300 L230 130 Q270 95 275 135 L160 290 Z M95 310 L120 280 L145 300 L120 330 Z'],
  [
    /vase|jar|planter|basket|bowl|oil|honey|jam/,
    'M165 90 H235 L225 140 Q285 185 275 245 Q265 310 200 312 Q135 310 125 245 Q115 185 175 140 Z',
  ],
  [
    /headphones|earbuds|speaker/,
    'M110 240 V200 Q110 105 200 105 Q290 105 290 200 V240 M95 215 H135 V300 H95 Z M265 215 H305 V300 H265 Z',
  ],
  [/helmet|beanie|hat/, 'M90 255 Q90 125 205 125 Q315 125 315 255 Z M80 260 H325 V280 H80 Z'],
  [/book|notebook|planner|frame|game/, 'M125 90 H285 V310 H125 Z M145 90 V310 M170 145 H260 M170 175 H260'],
  [
    /rug|throw|towel|mat|linen|duvet|scarf|napkin|bed|cushion/,
    'M105 115 H295 V285 H105 Z M125 135 H275 M125 265 H275 M125 160 H275 M125 240 H275',
  ],
  [/tyre|pump|wheel|rope|lead|belt|lock/, 'M200 95a105 105 0 1 0 .1 0Z M200 135a65 65 0 1 1 -.1 0Z'],
];

/** A quiet drawing of a thing by its name: its shape on a paper of its colour. */
export function pictureOf(name: string): string {
  const [slug = '', color] = name.split('--');
  const random = new Random('picture', slug);
  const ink = COLOR_BY_SLUG.get(color ?? '') ?? random.pick(FALLBACK);
  const paper = `hsl(${random.int(20, 60)} ${random.int(18, 34)}% ${random.int(90, 95)}%)`;
  const shape = SHAPES.find(([words]) => words.test(slug))?.[1];
  const drawing = shape
    ? `<path d="${shape}" fill="${ink}" fill-rule="evenodd" stroke="#2a2622" stroke-opacity=".35" stroke-width="5" stroke-linejoin="round" stroke-linecap="round"/>`
    : `<circle cx="200" cy="200" r="96" fill="${ink}"/><text x="200" y="226" font-family="Georgia,serif" font-size="76" text-anchor="middle" fill="#fff">${initialsOf(slug)}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="1200" height="1200" role="img">` +
    `<rect width="400" height="400" fill="${paper}"/><ellipse cx="200" cy="330" rx="130" ry="14" fill="#2a2622" opacity=".08"/>${drawing}</svg>`
  );
}

function initialsOf(slug: string): string {
  return slug
    .split('-')
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
}
