export { AppError, badInput, notFound, ERROR_CODES, type ErrorCode } from './app-error';
export { presentError, isErrorCode, type PresentedError } from './graphql-format';
