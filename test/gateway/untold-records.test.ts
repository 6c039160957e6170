import { buildSchema, Kind, parse } from 'graphql';
import { project } from '../../gateway/executor/project';
import { rootShape } from '../../gateway/executor/projection-shape';

/** Records of an `@interfaceObject`, whose subgraph knows no type behind the interface. */
describe('records that do not tell their type', () => {
  const schema = buildSchema(`
    type Query { all: [Whole] }
    interface Whole { id: ID! size: Int secret: Int }
    type Ant implements Whole { id: ID! size: Int secret: Int }
    type Bee implements Whole { id: ID! size: Int secret: Int }`);
  const data = { all: [{ id: '1', size: 2, secret: 3 }] };

  const answerTo = (query: string, denied: { readonly field?: string; readonly type?: string } = {}) => {
    const [definition] = parse(query).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the operation comes first');
    const denials = {
      field: (type: string, field: string) => `${type}.${field}` === denied.field,
      type: (type: string) => type === denied.type,
    };
    const shape = rootShape(schema, definition, new Map(), {}, { denials });
    const scope = { onForbiddenNull: () => undefined, onDenied: () => undefined, introspect: () => null };
    return project(shape, data, scope)?.['all'];
  };

  it('are answered where nothing that is asked depends on the type', () => {
    expect(answerTo('{ all { id size } }')).toEqual([{ id: '1', size: 2 }]);
    expect(answerTo('{ all { id ... on Whole { secret } } }')).toEqual([{ id: '1', secret: 3 }]);
    expect(answerTo('{ all { ... on Ant { ... on Bee { id } } size } }')).toEqual([{ size: 2 }]);
  });

  it('are null where the type decides', () => {
    expect(answerTo('{ all { id ... on Ant { size } } }')).toEqual([null]);
    expect(answerTo('{ all { __typename } }')).toEqual([null]);
  });

  it('are denied for what is asked of them alone', () => {
    const denied = { field: 'Ant.secret' };
    expect(answerTo('{ all { id secret } }', denied)).toEqual([null]);
    expect(answerTo('{ all { ... on Whole { secret } } }', denied)).toEqual([null]);
    expect(answerTo('{ all { id size } }', denied)).toEqual([{ id: '1', size: 2 }]);
  });

  it('are null where records of a type that they may have must not be seen', () => {
    expect(answerTo('{ all { id } }', { type: 'Bee' })).toEqual([null]);
  });
});
