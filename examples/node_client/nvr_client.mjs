// A client of i-PRO network disk recorders in one file, with nothing but Node.js:
//
//     node nvr_client.mjs http://192.0.2.7 ADMIN PASSWORD FOLDER [CAMERA]
//
// lists the cameras, saves a live picture, a few seconds of live video and of a recording, a download, and turns the camera
// and stops it. It breaks no rule that the vendor's document has for clients (`nvr-emulator rules`), and goes on behind a
// restart or a network that breaks (`nvr-emulator faults`).
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PACE = 3, CONTROL_PACE = 0.2;      // seconds between two commands of one UID, of camera control (§1.3)
const KEEP_ALIVE = 30;                   // a UID ends after 90 s without a command, whatever media arrives (§6.2)
const NO_PICTURE = 8;                    // seconds without a picture: ask for the other codec (§2.1.2.2)
const RETRIES = [3, 10, 30, 60];         // seconds ahead of each further try; behind the last one the trouble is told
const NO_ANSWER = 15;                    // seconds of silence on a connection
const START_CODE = Buffer.from([0, 0, 0, 1]);
const SPEED = Number(process.env.NVR_SPEED ?? 1);    // of the recorder's clock, where that is an emulator's

const pause = (seconds, signal) => sleep(seconds * 1000 / SPEED, undefined, { signal });
const md5 = (text) => createHash('md5').update(text).digest('hex');

// What may be otherwise at the next try; so may what sockets and HTTP's reader tell.
class PassingError extends Error {}
const OF_NETWORKS = /^(ECONN|EPIPE|EHOST|ENET|ETIMEDOUT|EAI|HPE|ERR_STREAM|ERR_TLS|ERR_SSL)/;
const isPassing = (error) => error instanceof PassingError || OF_NETWORKS.test(error.code);

export class Recorder {
  #challenge = null; #count = 0; #next = { false: Promise.resolve(), true: Promise.resolve() };
  #ended = new AbortController(); #entering = Promise.resolve(); #setUp = ''; #digits = 0;

  constructor(url, user, password) {
    Object.assign(this, { url: new URL(url), user, password, uid: '' });
  }

  async login() {
    await this.#again(() => this.#session());
    this.#keepAlive().catch(() => {});
  }

  async logout() {
    this.#ended.abort();
    if (this.uid) await this.#command('/cgi-bin/logout.cgi?').catch(() => {});
  }

  // The UID; logs in where there is none, or none any more. What was chosen on it (MASK, SCREEN) is not there on the next.
  #session() {
    this.#entering = this.#entering.catch(() => {}).then(async () => {
      if (this.uid) return this.uid;
      const page = await this.#text('/cgi-bin/dlogin.cgi?UID=-1', { digest: true });
      this.uid = /UID=(\d{1,19})/.exec(page)[1];       // as text: it has up to 19 digits, a number in JavaScript 15
      this.#next.false = pause(PACE);
      return this.uid;
    });
    return this.#entering;
  }

  // What `begin()` gives; begun anew where a restart or a network has broken it off, each time later.
  async * #goingOn(begin) {
    for (let tries = 0; ;) {
      try {
        for await (const one of begin()) { yield one; tries = 0; }
        return;
      } catch (error) {
        if (!isPassing(error) || tries === RETRIES.length) throw error;
        await pause(RETRIES[tries++]);
      }
    }
  }

  async #again(act) {
    for await (const one of this.#goingOn(async function * () { yield await act(); })) return one;
  }

  // Stop something: until it gets through, or the UID has ended and everything with it.
  #insist(target, uid, options) {
    return this.#again(async () => uid === this.uid && this.#command(target, { uid, ...options })).catch(() => {});
  }

  // Which cameras there are (§5.3.1); MASK has as many digits as there are lines.
  async cameras() {
    const page = await this.#again(() => this.#text('/cgi-bin/as_getinfo.cgi?FILE=2', { digest: true }));
    const lines = [...page.matchAll(/CAM_CONNECT_0*(\d+)CH=(\d)/g)];
    this.#digits = lines.length;
    return lines.filter((line) => line[2] !== '0').map((line) => Number(line[1]));
  }

  // Live pictures as Annex B byte streams. The recorder does not say which codec it sends: try one, then the other (§2.1.2.2).
  watch(camera) {
    return this.#goingOn(() => this.#pictures(camera));
  }

  async * #pictures(camera) {
    for (const codec of ['H265', 'H264']) {
      const rejoin = rejoiner(codec);
      let any = false;
      for await (const part of this.#live(camera, codec)) {
        any = true;
        const picture = rejoin(part.body);
        if (picture) yield picture;
      }
      if (any) throw new PassingError(`camera ${camera} sends nothing any more`);
    }
    throw new PassingError(`camera ${camera} sends neither H.265 nor H.264`);
  }

  // One live JPEG (§2.3.3). The first SOI and the COM segment behind it hold the recorder's information: the picture follows.
  async picture(camera) {
    const begin = async function * (recorder) {
      yield * recorder.#live(camera, 'JPEG');
      throw new PassingError(`camera ${camera} sent no JPEG`);
    };
    for await (const { body } of this.#goingOn(() => begin(this))) {
      const behind = 4 + body.readUInt16BE(4);
      return body.readUInt16BE(behind) === 0xffd8 ? body.subarray(behind) : body;
    }
  }

  async * #live(camera, comp) {
    const uid = await this.#session();
    if (this.#setUp !== uid) await this.#command('/cgi-bin/hdrctl.cgi?SCREEN=16X&PC=AS60', { uid });
    this.#setUp = uid;
    const push = (what) => `/cgi-bin/push.cgi?CAM=${camera}&CMD=${what}&COMP=${comp}&INTERNETMODE=ON`;
    const answer = await this.#open(push('START'), { uid });
    // Pictures are taken as they come and wait here: a slow viewer must not hold the recorder's stream up.
    const waiting = [], read = partReader();
    let tell = () => {};
    const ended = new Promise((resolve) => answer.on('end', resolve).on('error', resolve).on('close', resolve));
    answer.on('data', (block) => { waiting.push(...read(block)); tell(); });
    try {
      for (;;) {
        if (!waiting.length) {
          const late = new AbortController();
          const came = new Promise((resolve) => { tell = () => resolve(true); });
          const silent = pause(NO_PICTURE, late.signal).then(() => false, () => false);
          const something = await Promise.race([came, ended.then(() => false), silent]);
          late.abort();
          if (!something) return;
        }
        while (waiting.length) yield waiting.shift();
      }
    } finally {
      await this.#insist(push('STOP'), uid);     // on another connection; then this one is read to its end
      await ended;
    }
  }

  // What was recorded from `begin` (a Date) on: the pictures of each GOP as one Annex B byte stream (§3).
  async * play(camera, begin, seconds) {
    const end = begin.getTime() + seconds * 1000;
    let moment = begin.getTime();
    const gops = async function * (recorder) {
      const uid = await recorder.#session();
      const mask = Array.from({ length: recorder.#digits }, (_, index) => Number(index + 1 === camera)).join('');
      await recorder.#command(`/cgi-bin/hdrctl.cgi?PC=AS60&MASK=${mask}`, { uid });
      const playing = (name) => `/cgi-bin/hdrctl.cgi?PC=AS60&PLAYCMD=${name}&2ND=OFF&TIMEF=${stamp(new Date(moment))}00`;
      await recorder.#command(`${playing('GOTODATE')}&SDBACKUP=0&NOTIME=ON`, { uid });
      try {
        while (moment < end) {
          const gop = readGop(await recorder.#body(await recorder.#open(`/cgi-bin/camera.cgi?CAM=${camera}`, { uid, paced: false })));
          if (!gop.pictures.length) return;
          if (gop.end < moment) continue;       // given already, before a break
          moment = gop.end + 1;
          yield Buffer.concat(gop.pictures);
        }
      } finally {
        await recorder.#insist(playing('STOP'), uid);
      }
    };
    yield * this.#goingOn(() => gops(this));
  }

  // The files of at most an hour; the seconds of both times are 00 (§6.3). Each part names the file of the part before it.
  async download(camera, begin, end, folder) {
    return this.#again(async () => {
      const files = [];
      const query = `STARTTIME=${stamp(begin)}&ENDTIME=${stamp(end)}&KIND=MP4&CAM=${camera}&PC=AS60`;
      const answer = await this.#open(`/cgi-bin/httpdl.cgi?${query}`);
      const read = partReader('boundary');
      let temporary = '', status = null;
      for await (const block of answer) {
        for (const { headers, body } of read(block)) {
          const named = (name) => basename(/"(.*)"/.exec(headers[name])[1]);
          if (temporary) {
            files.push(join(folder, named('x-prev-filename')));
            renameSync(temporary, files.at(-1));
          }
          temporary = named('x-temp-filename') && join(folder, named('x-temp-filename'));
          if (temporary) writeFileSync(temporary, body);
          else status = Number(headers['x-recdata-satus']);
        }
      }
      if (status === null) throw new PassingError('the download ended before its last part');
      if (status === 3) throw new PassingError('as many downloads run as the recorder does at once');
      return files;
    });
  }

  // Turn a camera for so long, and stop it: how long it would go on by itself is the camera's affair (§4).
  async turn(camera, pan, tilt, zoom, seconds) {
    const go = (...speeds) => `/cgi-bin/directctrl.cgi?CH=${camera}&PAN=${speeds[0]}&TILT=${speeds[1]}&ZOOM=${speeds[2]}&PC=AS60`;
    try {
      await this.#again(() => this.#command(go(pan, tilt, zoom), { control: true }));
      await pause(Math.max(seconds, CONTROL_PACE));
    } finally {
      await this.#again(() => this.#command(go(0, 0, 0), { control: true })).catch(() => {});
    }
  }

  async #keepAlive() {
    for (;;) {
      await pause(KEEP_ALIVE, this.#ended.signal);
      await this.#command('/cgi-bin/status.cgi?PC=AS60').catch(() => {});
    }
  }

  async #command(target, options) {
    await this.#body(await this.#open(target, options));
  }

  async #text(target, options) {
    return (await this.#body(await this.#open(target, options))).toString('latin1');
  }

  async #body(answer) {
    const blocks = [];
    for await (const block of answer) blocks.push(block);
    return Buffer.concat(blocks);
  }

  // Send a command in its turn: one behind the other, with the pause that the document asks for in between.
  async #open(target, { digest = false, paced = !digest, control = false, uid = null } = {}) {
    if (!digest) uid ??= await this.#session();
    const before = this.#next[control];
    let done = () => {};
    if (paced) this.#next[control] = new Promise((resolve) => { done = resolve; });
    if (paced) await before;
    try {
      if (!digest && uid !== this.uid) throw new PassingError('the UID has ended');
      const url = digest ? target : target.replace('?', `?UID=${uid}&`).replace(/&$/, '');
      let answer = await this.#get(url, digest && this.#challenge ? this.#authorization(url) : null);
      if (answer.statusCode === 401 && digest) {
        this.#challenge = Object.fromEntries([...answer.headers['www-authenticate'].matchAll(/(\w+)="?([^",]*)"?/g)].map((m) => [m[1], m[2]]));
        this.#count = 0;                      // a new nonce is counted from 1
        await this.#body(answer);
        answer = await this.#get(url, this.#authorization(url));
      }
      if (![200, 204].includes(answer.statusCode)) {
        if (answer.statusCode === 401 && !digest) {
          if (uid === this.uid) this.uid = '';
          throw new PassingError('the recorder has ended the UID');
        }
        throw new Error(`${url}: ${answer.statusCode} ${(await this.#body(answer)).toString().replace(/<[^>]*>/g, '')}`);
      }
      return answer;
    } finally {
      pause(control ? CONTROL_PACE : PACE).then(done);
    }
  }

  #get(target, authorization) {
    const { get } = this.url.protocol === 'https:' ? https : http;
    const headers = authorization ? { Authorization: authorization } : {};
    return new Promise((resolve, reject) => {
      // Recorders sign their certificates themselves.
      const options = { headers, rejectUnauthorized: false, agent: false, timeout: NO_ANSWER * 1000 };
      const request = get(new URL(target, this.url), options, resolve).on('error', reject);
      request.on('timeout', () => request.destroy(new PassingError('the recorder does not answer')));
    });
  }

  #authorization(uri) {
    const { realm, nonce } = this.#challenge;
    const nc = (++this.#count).toString(16).padStart(8, '0'), cnonce = randomBytes(8).toString('hex');
    const response = md5([md5(`${this.user}:${realm}:${this.password}`), nonce, nc, cnonce, 'auth', md5(`GET:${uri}`)].join(':'));
    return `Digest username="${this.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}"`;
  }
}

// yymmddhhmmss in UTC.
const stamp = (time) => time.toISOString().replace(/\D/g, '').slice(2, 14);

// Cuts a multipart into its parts, however the bytes come: by Content-Length, or by the boundary line where there is none.
function partReader(by = 'length') {
  let rest = Buffer.alloc(0);
  return (block) => {
    rest = Buffer.concat([rest, block]);
    const parts = [];
    for (;;) {
      const head = rest.indexOf('\r\n\r\n');
      if (head < 0) return parts;
      const lines = rest.subarray(0, head).toString('latin1').split('\r\n').filter((line) => /^[\w-]+:/.test(line));
      const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
      const start = head + 4;
      const end = by === 'length' ? start + Number(headers['content-length']) : rest.indexOf('\r\n--myboundary', start - 2);
      if (end < 0 || rest.length < end) return parts;
      parts.push({ headers, body: rest.subarray(start, Math.max(start, end)) });
      rest = rest.subarray(Math.max(start, end));
    }
  };
}

// Puts the packets of one stream together to pictures (§2.3.1, §2.3.2): whole NAL units and fragments; the marker ends a picture.
function rejoiner(codec) {
  let nals = [], fragment = null;
  const [kind, headerSize] = codec === 'H264' ? [28, 1] : [49, 2];
  return (packet) => {
    const extended = (packet[0] & 0x10) !== 0;
    const payload = packet.subarray(12 + (extended ? 4 + 4 * packet.readUInt16BE(14) : 0));
    const type = codec === 'H264' ? payload[0] & 0x1f : (payload[0] >> 1) & 0x3f;
    if (type !== kind) nals.push(payload);
    else {
      const part = payload[headerSize];
      if (part & 0x80) {
        const head = codec === 'H264' ? [(payload[0] & 0xe0) | (part & 0x1f)] : [(payload[0] & 0x81) | ((part & 0x3f) << 1), payload[1]];
        fragment = [Buffer.from(head)];
      }
      fragment?.push(payload.subarray(headerSize + 1));
      if (part & 0x40 && fragment) { nals.push(Buffer.concat(fragment)); fragment = null; }
    }
    if (!(packet[1] & 0x80)) return null;
    const picture = Buffer.concat(nals.flatMap((nal) => [START_CODE, nal]));
    nals = [];
    return picture;
  };
}

// A playback chunk (§3.3.1): the end of the GOP in milliseconds, and its pictures. Lengths lead from one to the next; what the
// camera adds ahead of a packet is passed over by its own.
function readGop(body) {
  const pictures = [];
  const stream = body.indexOf(Buffer.from([0xff, 0x06, 0x00, 0x44]));
  if (stream < 0) return { pictures, end: 0 };
  const end = body.readUInt32BE(stream + 20) * 1000 + body[stream + 24] * 10;
  let at = stream + 68;
  while (at + 24 <= body.length && body.readUInt16BE(at) !== 0) {
    const length = body.readUInt32BE(at + 4);
    if (body.readUInt16BE(at) === 0xff05) {
      pictures.push(body.subarray(at + 24, at + length - body.readUInt16BE(at + 2)));
      at += length;
    } else {
      at += body.readUInt16BE(at + 2);
    }
  }
  return { pictures, end };
}

async function main([url, user, password, folder, camera = 0]) {
  if (!folder) throw new Error('usage: node nvr_client.mjs URL USER PASSWORD FOLDER [CAMERA]');
  mkdirSync(folder, { recursive: true });
  const recorder = new Recorder(url, user, password);
  await recorder.login();
  try {
    const cameras = await recorder.cameras();
    const chosen = Number(camera) || cameras[0];
    console.log(`cameras: ${cameras.join(', ')}`);
    writeFileSync(join(folder, 'now.jpg'), await recorder.picture(chosen));
    const live = [];
    for await (const picture of recorder.watch(chosen)) if (live.push(picture) === 12) break;
    writeFileSync(join(folder, 'live.video'), Buffer.concat(live));
    const minute = Math.floor(Date.now() / 60000) * 60000;
    const recorded = [];
    for await (const gop of recorder.play(chosen, new Date(minute - 600000), 5)) recorded.push(gop);
    writeFileSync(join(folder, 'recorded.video'), Buffer.concat(recorded));
    console.log(await recorder.download(chosen, new Date(minute - 300000), new Date(minute - 240000), folder));
    await recorder.turn(chosen, 8, 0, 0, 1);
  } finally {
    await recorder.logout();
  }
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('nvr_client.mjs')) {
  await main(process.argv.slice(2)).catch((error) => { console.error(`nvr_client: ${error.message}`); process.exitCode = 1; });
}
