import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { launch, missing, openPage, startServer } from './browser.mjs';

const skip = missing() ?? false;
const patience = { timeout: 30_000 };
// A flash sale of 10,000 buyers on two cores takes its time.
const flashPatience = { timeout: 120_000 };

describe('the page', { skip, concurrency: false }, () => {
  let server;
  let browser;
  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function market(options, work) {
    const { page, faults, close } = await openPage(browser, server.url, options);
    try {
      await page.goto(`${server.url}/`);
      await page.locator('[data-product]').first().waitFor(patience);
      await work(page);
      assert.deepEqual(faults, []);
    } finally {
      await close();
    }
  }

  const states = (page) => page.locator('ol [data-event]').evaluateAll((items) => items.map((item) => `${item.dataset.event} ${item.dataset.state}`));

  it('lights the steps of a bought order up to the captured payment, each with its milliseconds', async () => {
    await market({}, async (page) => {
      await page.locator('[data-product]').nth(1).click();
      const chosen = await page.locator('[data-product]').nth(1).getAttribute('data-product');
      assert.equal(await page.locator('[data-chosen]').getAttribute('data-chosen'), chosen);
      await page.getByRole('button', { name: /^Buy for/ }).click();
      await page.locator('[data-outcome="confirmed"]').waitFor(patience);
      const lit = await states(page);
      for (const event of ['order.pending', 'stock.reserved', 'payment.authorized', 'order.confirmed', 'payment.captured']) {
        assert.ok(lit.includes(`${event} done`), `${event} in ${lit}`);
      }
      const times = await page.locator('ol .time').allTextContents();
      assert.equal(times.length, lit.length);
      for (const time of times) assert.match(time, /^[\d,.]+\s?ms$/);
    });
  });

  it('shows a declined card with the stock given back and no captured payment', async () => {
    await market({}, async (page) => {
      await page.getByText('Card is declined').click();
      await page.getByRole('button', { name: /^Buy for/ }).click();
      await page.locator('[data-outcome="declined"]').waitFor(patience);
      const lit = await states(page);
      assert.ok(lit.includes('payment.declined refused'), String(lit));
      assert.ok(lit.includes('stock.released undone'), String(lit));
      assert.ok(lit.includes('order.rejected undone'), String(lit));
      assert.ok(!lit.some((line) => line.startsWith('payment.captured')), String(lit));
    });
  });

  it('gets new numbers pushed and shows orders as they come', async () => {
    await market({}, async (page) => {
      await page.locator('[data-phase="live"]').waitFor(patience);
      const line = page.locator('.tile .line').first();
      await line.waitFor(patience);
      const earlier = await line.getAttribute('d');
      await page.waitForFunction((before) => document.querySelector('.tile .line').getAttribute('d') !== before, earlier, patience);
      await page.locator('[data-order]').first().waitFor(patience);
    });
  });

  it('ends a flash sale of 10,000 buyers with exactly 100 confirmed', async () => {
    await market({}, async (page) => {
      await page.getByRole('button', { name: /10,000 buyers, 100 pieces|Run it again/ }).click();
      await page.locator('[data-flash="running"]').waitFor(patience);
      await page.locator('[data-flash="done"]').waitFor(flashPatience);
      assert.match(await page.locator('[data-flash="done"]').innerText(), /^Exactly 100 confirmed, 9,900 refused, [\d,]+ ms\.$/);
      assert.equal(await page.locator('.pieces .sold').count(), 100);
    });
  });

  it('turns declining cards on and off', async () => {
    await market({}, async (page) => {
      const toggle = page.getByRole('switch', { name: /Decline 30/ });
      assert.equal(await toggle.getAttribute('aria-checked'), 'false');
      await toggle.click();
      await page.locator('[role="switch"][aria-checked="true"]').waitFor(patience);
      const demo = await (await page.request.get(`${server.url}/api/demo`)).json();
      assert.equal(demo.declinePercent, 30);
      await toggle.click();
      await page.locator('[role="switch"][aria-checked="false"]').waitFor(patience);
    });
  });

  it('says that it is a demo', async () => {
    await market({}, async (page) => assert.match(await page.locator('[data-demo]').innerText(), /Demo mode/));
  });

  it('speaks the language of the browser, changes it and remembers', async () => {
    await market({ locale: 'ko-KR' }, async (page) => {
      assert.equal(await page.locator('html').getAttribute('lang'), 'ko');
      await page.getByRole('heading', { name: '오늘의 장터' }).waitFor(patience);
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('heading', { name: 'On the stalls' }).waitFor(patience);
      await page.reload();
      await page.getByRole('heading', { name: 'On the stalls' }).waitFor(patience);
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    });
  });

  it('follows the theme of the system, changes it and remembers', async () => {
    const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await market({ colorScheme: 'dark' }, async (page) => {
      const dark = await paper(page);
      await page.getByRole('button', { name: 'Switch to the light theme' }).click();
      const light = await paper(page);
      assert.notEqual(light, dark);
      await page.reload();
      await page.locator('[data-product]').first().waitFor(patience);
      assert.equal(await paper(page), light);
    });
  });

  for (const [width, height] of [[360, 740], [768, 1024], [1440, 900]]) {
    it(`fits a window ${width} wide in both languages`, async () => {
      for (const locale of ['ko-KR', 'en-US']) {
        await market({ locale, viewport: { width, height } }, async (page) => {
          await page.locator('[data-phase="live"]').waitFor(patience);
          await page.locator('.tile').first().waitFor(patience);
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(wider <= 0, `${wider} px too wide in ${locale}`);
        });
      }
    });
  }

  for (const [width, height] of [[360, 740], [1440, 900]]) {
    it(`brings the button to buy into sight when a product is chosen, ${width} wide`, async () => {
      await market({ viewport: { width, height }, reducedMotion: 'reduce' }, async (page) => {
        await page.locator('[data-product]').last().click();
        await page.waitForFunction(() => {
          const box = document.querySelector('.buy').getBoundingClientRect();
          return box.top >= 0 && box.bottom <= window.innerHeight;
        }, undefined, patience);
      });
    });
  }

  it('is bought from with the keyboard alone', async () => {
    await market({}, async (page) => {
      const focus = () => page.evaluate(() => (document.activeElement.tagName === 'BUTTON' ? document.activeElement.textContent : ''));
      for (let press = 0; press < 80 && !/Buy for/.test(await focus()); press++) await page.keyboard.press('Tab');
      assert.match(await focus(), /Buy for/);
      await page.keyboard.press('Enter');
      await page.locator('[data-outcome="confirmed"]').waitFor(patience);
    });
  });

  for (const colorScheme of ['light', 'dark']) {
    it(`has enough contrast everywhere in the ${colorScheme} theme`, async () => {
      await market({ colorScheme }, async (page) => {
        await page.locator('.tile').first().waitFor(patience);
        await page.getByRole('button', { name: /^Buy for/ }).click();
        await page.locator('[data-outcome="confirmed"]').waitFor(patience);
        await page.mouse.move(0, 0);
        await page.waitForTimeout(500);
        assert.deepEqual(await page.evaluate(poorContrast), []);
      });
    });
  }

  it('shows a route of the API with its parameters, an example and a line for curl', async () => {
    const { page, faults, close } = await openPage(browser, server.url);
    try {
      await page.goto(`${server.url}/docs`);
      await page.locator('[data-route]').first().waitFor(patience);
      await page.getByRole('searchbox').fill('post /api/orders');
      const route = page.locator('[data-route="post-api-orders"]');
      await route.locator('summary').click();
      await route.getByText('Idempotency-Key').first().waitFor(patience);
      assert.match(await route.locator('.line pre').innerText(), /^curl -X POST '.*\/api\/orders'.* -d '\{/);
      assert.deepEqual(faults, []);
    } finally {
      await close();
    }
  });

  it('is less than 100 kB over the wire, compressed', async () => {
    const { gzipSync } = await import('node:zlib');
    const { page, close } = await openPage(browser, server.url);
    try {
      const bodies = [];
      page.on('response', (response) => {
        if (/\.(js|css|svg)$|\/$/.test(new URL(response.url()).pathname)) bodies.push(response.body());
      });
      await page.goto(`${server.url}/`);
      await page.locator('[data-product]').first().waitFor(patience);
      const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      assert.ok(sizes.length >= 3, `only ${sizes.length} files seen`);
      assert.ok(total < 100_000, `${total} bytes`);
    } finally {
      await close();
    }
  });
});

// Always against the mock: these need a server that can be stopped, emptied and sold out.
describe('the page in trouble', { skip, concurrency: false }, () => {
  let browser;
  before(async () => (browser = await launch()));
  after(async () => browser?.close());

  it('says that the connection is lost, keeps the last numbers as old ones, and comes back by itself', async () => {
    const first = await startMock();
    const { page, close } = await openPage(browser, first.url);
    let second = null;
    try {
      await page.goto(`${first.url}/`);
      await page.locator('.tile').first().waitFor(patience);
      await first.stop();
      await page.locator('[data-phase="lost"]').first().waitFor(patience);
      await page.getByText(/The numbers below are from/).waitFor(patience);
      assert.equal(await page.locator('.body.stale .tile').count(), 4);
      await page.getByRole('button', { name: /^Buy for/ }).click();
      await page.locator('[data-code="network"]').waitFor(patience);
      second = await startMock({ port: first.port });
      await page.locator('[data-phase="live"]').waitFor(patience);
      await page.locator('.body:not(.stale)').waitFor(patience);
      await page.getByRole('button', { name: /^Buy for/ }).click();
      await page.locator('[data-outcome="confirmed"]').waitFor(patience);
    } finally {
      await close();
      await second?.stop();
    }
  });

  it('says in the language of the reader why an order was refused', async () => {
    const server = await startMock();
    const { page, faults, close } = await openPage(browser, server.url, { locale: 'ko-KR' });
    try {
      await page.goto(`${server.url}/`);
      const product = page.locator('[data-product]').nth(4);
      await product.waitFor(patience);
      server.sellOut(await product.getAttribute('data-product'));
      await product.click();
      await page.getByRole('button', { name: /결제하고 사기/ }).click();
      await page.locator('[data-code="out_of_stock"]').waitFor(patience);
      assert.match(await page.locator('[data-code="out_of_stock"]').innerText(), /품절/);
      assert.deepEqual(faults, []);
    } finally {
      await close();
      await server.stop();
    }
  });

  it('offers no demo buttons where there is no demo', async () => {
    const server = await startMock({ demo: false });
    const { page, faults, close } = await openPage(browser, server.url);
    try {
      await page.goto(`${server.url}/`);
      await page.locator('.tile').first().waitFor(patience);
      assert.equal(await page.locator('[data-demo], .flash, fieldset').count(), 0);
      assert.deepEqual(faults, []);
    } finally {
      await close();
      await server.stop();
    }
  });

  it('tells how to bring in a catalogue when there is none', async () => {
    const server = await startMock({ demo: false, empty: true });
    const { page, close } = await openPage(browser, server.url);
    try {
      await page.goto(`${server.url}/`);
      await page.getByText('jangteo import products').waitFor(patience);
    } finally {
      await close();
      await server.stop();
    }
  });
});

// Runs in the page: every visible text whose contrast with what lies behind it is under WCAG's AA (4.5, large text 3).
function poorContrast() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, under) => [0, 1, 2].map((channel) => top[channel] * top[3] + under[channel] * (1 - top[3]));
  const luminance = (color) => {
    const [red, green, blue] = color.map((channel) => (channel / 255 <= 0.03928 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('svg, .hidden-text, script, style, noscript, :disabled, .picture')) continue;
    if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const style = getComputedStyle(element);
    const background = behind(element);
    const [lighter, darker] = [luminance(over(rgba(style.color), background)), luminance(background)].sort((a, b) => b - a);
    const ratio = (lighter + 0.05) / (darker + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} "${walker.currentNode.textContent.trim().slice(0, 40)}"`);
  }
  return poor;
}
