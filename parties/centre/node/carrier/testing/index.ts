export { RABBIT_MAX_BYTES } from './rabbit-server.ts'
export type { TestBrokers } from './test-brokers.ts'
export { startTestNats, type TestNats } from './test-nats.ts'
export { startTestRabbit } from './test-rabbit.ts'
