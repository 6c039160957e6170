export { connectRedis } from './connect';
