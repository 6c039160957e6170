/** The header that carries the verified viewer, as base64url JSON; believed only because it is signed. */
export const VIEWER_HEADER = 'x-mercato-viewer';
export const REQUEST_ID_HEADER = 'x-request-id';
