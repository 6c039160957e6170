import type { HttpHandler } from '../../platform/http';
import { pictureOf } from './picture';

const PREFIX = '/media/';
const NAME = /^[a-z0-9-]{1,240}\.svg$/;

/** Whether a request's path names a picture of the demo shop. */
export function isMediaPath(path: string): boolean {
  return path.startsWith(PREFIX) && NAME.test(path.slice(PREFIX.length));
}

/** Answers `/media/<slug>.svg` and `/media/<slug>--<colour>.svg` with a drawn placeholder, always the same for a name. */
export const answerMedia: HttpHandler = (request, response) => {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (!isMediaPath(path)) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('not found\n');
    return;
  }
  const svg = pictureOf(path.slice(PREFIX.length, -'.svg'.length));
  response.writeHead(200, {
    'content-type': 'image/svg+xml; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
  });
  response.end(svg);
};
