import { textToJson } from './json-text';
import type { SelectionShape, TypeShape } from './projection-shape';
import type { Data } from './project';

/** What cannot be written without a look at errors. */
const ODD = null;

/** `null` for what is odd; JSON's own null is a text. */
type WriteValue = (value: unknown) => string | null;

/** One field of an answer: where its value is, what stands before it, and how it is written. */
interface FieldWriter {
  readonly source: string;
  readonly head: string;
  readonly write: WriteValue;
}

const writers = new WeakMap<SelectionShape, SelectionWriter>();

/**
 * The JSON text of an answer's data, written straight from what was merged, in the shape that `project` gives it. `null` for
 * whatever is odd, be it a null where none may be, a value of another type, or a part that is denied, deferred or introspected:
 * that is left to `project`, which knows errors.
 */
export function dataToJson(shape: SelectionShape, data: Data): string | null {
  let writer = writers.get(shape);
  if (!writer) writers.set(shape, (writer = new SelectionWriter(shape)));
  return writer.write(data);
}

/** Writes records of one selection; how, is found out for each runtime type when it first occurs. */
class SelectionWriter {
  private readonly byType = new Map<string, readonly FieldWriter[] | null>();

  constructor(private readonly shape: SelectionShape) {}

  write(data: Data): string | null {
    const typeName = this.shape.runtimeTypeOf(data);
    if (typeName === null) return ODD;
    let fields = this.byType.get(typeName);
    if (fields === undefined) this.byType.set(typeName, (fields = this.writersOf(typeName)));
    if (fields === null) return ODD;
    let json = '{';
    for (const { source, head, write } of fields) {
      const value = write(data[source]);
      if (value === ODD) return ODD;
      json += head + value;
    }
    return `${json}}`;
  }

  /** `null` for a type of which something cannot be written. */
  private writersOf(typeName: string): readonly FieldWriter[] | null {
    const fields = this.shape.isDenied(typeName) ? null : this.shape.fieldsOf(typeName);
    if (!fields || this.shape.deferredOf(typeName)) return null;
    const name = textToJson(typeName);
    const found: FieldWriter[] = [];
    for (const { key, source, type } of fields) {
      const write = type.kind === 'typename' ? () => name : writerOf(type);
      if (write === null) return null;
      found.push({ source, head: `${found.length === 0 ? '' : ','}${JSON.stringify(key)}:`, write });
    }
    return found;
  }
}

function writerOf(type: TypeShape): WriteValue | null {
  switch (type.kind) {
    case 'nonNull': {
      const write = plainWriterOf(type.of);
      return write && ((value) => (value === null || value === undefined ? ODD : write(value)));
    }
    default: {
      const write = plainWriterOf(type);
      return write && ((value) => (value === null || value === undefined ? 'null' : write(value)));
    }
  }
}

/** Of values that are there. */
function plainWriterOf(type: TypeShape): WriteValue | null {
  switch (type.kind) {
    case 'leaf':
      return leafWriter(type.name, type.accepts);
    case 'composite': {
      const writer = new SelectionWriter(type.selection);
      return (value) => (typeof value === 'object' && !Array.isArray(value) ? writer.write(value as Data) : ODD);
    }
    case 'list': {
      const write = writerOf(type.of);
      return write && ((value) => (Array.isArray(value) ? listToJson(value, write) : ODD));
    }
    default:
      return null;
  }
}

function listToJson(values: readonly unknown[], write: WriteValue): string | null {
  let json = '[';
  for (let at = 0; at < values.length; at += 1) {
    const value = write(values[at]);
    if (value === ODD) return ODD;
    json += at === 0 ? value : `,${value}`;
  }
  return `${json}]`;
}

function leafWriter(name: string, accepts: (value: unknown) => boolean): WriteValue {
  switch (name) {
    case 'String':
    case 'ID':
      // An ID may be a number too, which is left to whoever decides how it is told.
      return (value) => (typeof value === 'string' ? textToJson(value) : ODD);
    case 'Int':
      return (value) => (typeof value === 'number' && (value | 0) === value ? String(value) : ODD);
    case 'Float':
      return (value) => (typeof value === 'number' && Number.isFinite(value) ? String(value) : ODD);
    case 'Boolean':
      return (value) => (value === true ? 'true' : value === false ? 'false' : ODD);
    default:
      return (value) => (accepts(value) ? (JSON.stringify(value) ?? ODD) : ODD);
  }
}
