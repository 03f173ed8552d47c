import { toString as qrCode } from 'qrcode'

/** Where phones of the local network find the demonstration. */
export interface LanInvitation {
  /** Plain HTTP: explains and hands out the authority's certificate, and nothing else. */
  readonly authorityUrl: string
  /** SHA-256 of the authority's certificate, hexadecimal. */
  readonly fingerprint: string
  readonly riderUrl: string
  readonly gateUrl: string
}

interface Step {
  readonly zh: string
  readonly en: string
  readonly url: string
}

/** The page that invites people to ride: links on this machine, and QR codes for phones. */
export async function joinPage(options: {
  readonly origin: string
  readonly lan: LanInvitation | undefined
}): Promise<string> {
  const { origin, lan } = options
  const here: readonly Step[] = [
    { zh: '乘客：打开乘车码', en: 'Rider: open the ride code', url: `${origin}/rider/` },
    { zh: '闸机：用摄像头扫码', en: 'Gate: scan with the camera', url: `${origin}/gate/` },
  ]
  const links = here.map(({ zh, en, url }) => `<p><a href="${url}">${zh} · ${en}</a></p>`)
  const phones = lan === undefined ? [NO_LAN] : await phoneSteps(lan)
  return page('乘车体验 · Ride it yourself', [
    '<h2>在本机 · On this machine</h2>',
    ...links,
    '<h2>在手机和平板上 · On phones and tablets</h2>',
    ...phones,
  ])
}

/** The page that hands out the authority's certificate: the first one that a phone opens. */
export async function authorityPage(lan: LanInvitation): Promise<string> {
  return page('安装本地证书 · Install the local certificate', [
    `<p><a href="/unifare-authority.crt">下载证书 · Download the certificate</a></p>`,
    ...INSTALLING,
    fingerprintOf(lan),
    `<p><a href="${lan.riderUrl}">乘车码 · Ride code</a> &nbsp; <a href="${lan.gateUrl}">闸机 · Gate</a></p>`,
  ])
}

const NO_LAN = `<p>用 <code>npm start -- --lan</code> 启动，手机即可加入。
Start with <code>npm start -- --lan</code>, and phones of the local network can join.</p>`

const INSTALLING: readonly string[] = [
  `<p>浏览器只在 HTTPS 下开放摄像头、离线和加密功能。此证书机构由本机生成，只能为私有地址签发证书。
Browsers give camera, offline work and cryptography on HTTPS alone. This machine made the authority
for itself; it can vouch for private addresses only, never for a public site.</p>`,
  `<ul>
<li><b>Android</b>：设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书。
Settings → Security → Encryption &amp; credentials → Install a certificate → CA certificate.</li>
<li><b>iOS</b>：设置 → 已下载描述文件 → 安装；再到 通用 → 关于本机 → 证书信任设置 中启用。
Settings → Profile Downloaded → Install; then General → About → Certificate Trust Settings.</li>
<li><b>Windows, macOS, Linux</b>：导入到系统或浏览器的受信任根证书。
Import it into the trusted roots of the system or of the browser.</li>
</ul>
<p>试用后请删除证书。Remove it after the trial.</p>`,
]

async function phoneSteps(lan: LanInvitation): Promise<string[]> {
  const steps: readonly Step[] = [
    { zh: '一、安装证书', en: '1. Install the certificate', url: lan.authorityUrl },
    { zh: '二、乘客的手机', en: "2. The rider's phone", url: lan.riderUrl },
    { zh: '三、闸机的平板', en: "3. The gate's tablet", url: lan.gateUrl },
  ]
  const figures = await Promise.all(
    steps.map(async ({ zh, en, url }) => {
      const picture = await qrCode(url, { type: 'svg', margin: 2 })
      return `<figure>${picture}<figcaption>${zh} · ${en}<br><a href="${url}">${url}</a></figcaption></figure>`
    }),
  )
  return [`<div class="steps">${figures.join('')}</div>`, ...INSTALLING, fingerprintOf(lan)]
}

function fingerprintOf({ fingerprint }: LanInvitation): string {
  const pairs = fingerprint.match(/../g)?.join(' ') ?? ''
  return `<p>SHA-256: <code>${pairs}</code></p>`
}

function page(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
.steps { display: flex; flex-wrap: wrap; gap: 1.5rem }
figure { margin: 0; width: 16rem } figure svg { width: 100%; background: #fff }
a { color: #0a58ca; overflow-wrap: anywhere } code { overflow-wrap: anywhere }
</style>
<body><main><h1>${title}</h1>
${body.join('\n')}
</main></body>
</html>
`
}
