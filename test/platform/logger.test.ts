import { describeError } from '../../platform/observability/logger';

it('an error in the log keeps its story but none of the values that people typed', () => {
  const driverError = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(ada@shop.example)' });
  const error = Object.assign(new Error('duplicate key', { cause: driverError }), {
    query: 'INSERT INTO account (email) VALUES ($1)',
    parameters: ['ada@shop.example', 'a password hash'],
    driverError,
  });
  const line = JSON.stringify(describeError(error));
  expect(line).toContain('INSERT INTO account');
  expect(line).toContain('23505');
  expect(line).not.toMatch(/ada@shop|password hash/);
});
