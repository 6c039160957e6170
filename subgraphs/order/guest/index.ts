export { newGuestToken, ownerOf, ownerKey, hashOfGuestToken, type Owner } from './guest';
