export { createTestCamera, type TestCamera } from './camera-video.ts'
export { choosePlace, openGateBrowser } from './gate-browser.fixture.ts'
export { codeFrame, emptyFrame, type LumaFrame } from './luma-frame.ts'
