export { EventFeed, type FeedOptions, type FollowRequest } from './event-feed';
export type { QueryLog } from './event-log';
export type { FeedItem, Follower } from './follower';
export { readPosition } from './position';
