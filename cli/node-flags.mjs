/**
 * What our processes are started with. Young objects live as long as a request waits for others: with V8's 16 MB, a gateway
 * under load spends a third of its time copying them (measured by `bench gateway`).
 */
export const NODE_FLAGS = ['--max-semi-space-size=32'];
