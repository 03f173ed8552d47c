export type { TestBrokers } from './test-brokers.ts'
export { startTestNats, type TestNats } from './test-nats.ts'
export { RABBIT_MAX_BYTES, startTestRabbit } from './test-rabbit.ts'
