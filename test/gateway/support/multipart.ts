/** One part of an answer in parts, in either form. */
export interface Part {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; path?: (string | number)[]; extensions: { code: string } }[];
  readonly incremental?: readonly {
    data?: unknown;
    path?: (string | number)[];
    label?: string;
    id?: string;
    errors?: Part['errors'];
  }[];
  readonly pending?: readonly { id: string; path: (string | number)[]; label?: string }[];
  readonly completed?: readonly { id: string; errors?: Part['errors'] }[];
  readonly hasNext: boolean;
  readonly extensions?: unknown;
}

/** The parts of a multipart answer as they come. */
export async function* readParts(response: Response): AsyncGenerator<Part> {
  if (!response.body) throw new Error('no body');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const pieces = text.split('\r\n---');
    text = pieces.pop() ?? '';
    for (const piece of pieces) {
      const json = piece.slice(piece.indexOf('\r\n\r\n') + 4);
      if (piece !== '') yield JSON.parse(json) as Part;
    }
  }
}
