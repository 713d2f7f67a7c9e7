// Every sentence of the pages, in Korean and English side by side. A key that lacks one of the two does not compile.
// {name} stands for a value that the caller formats.

export type Language = 'ko' | 'en';
export const languages: readonly Language[] = ['ko', 'en'];
export const locales: Record<Language, string> = { ko: 'ko-KR', en: 'en-US' };

export const sentences = {
  'page.title': { ko: '장터 Jangteo · 바이너리 하나로 시작하는 라이브커머스', en: 'Jangteo 장터 · live commerce in one binary' },
  'page.tagline': { ko: '팔고, 1초 안에 봅니다', en: 'Sell, and see it within a second' },
  'page.toContent': { ko: '본문으로 건너뛰기', en: 'Skip to content' },
  'page.api': { ko: 'API 문서', en: 'API' },
  'page.market': { ko: '장터로', en: 'Market' },
  'page.language': { ko: '언어', en: 'Language' },
  'page.theme.dark': { ko: '어두운 화면으로 바꾸기', en: 'Switch to the dark theme' },
  'page.theme.light': { ko: '밝은 화면으로 바꾸기', en: 'Switch to the light theme' },

  'demo.banner': { ko: '데모 모드', en: 'Demo mode' },
  'demo.banner.text': {
    ko: '상품과 손님 {shoppers}명은 연습용이고 결제는 일어나지 않습니다.',
    en: 'Made-up products, {shoppers} simulated shoppers, and no card is ever charged.',
  },
  'demo.accounts': { ko: '데모 계정', en: 'Demo accounts' },

  'connection.connecting': { ko: '연결 중', en: 'Connecting' },
  'connection.live': { ko: '실시간', en: 'Live' },
  'connection.lost': { ko: '연결 끊김', en: 'Connection lost' },
  'connection.retry': { ko: '{seconds}초 뒤 다시 연결', en: 'retrying in {seconds} s' },
  'connection.retryNow': { ko: '지금 연결', en: 'Retry now' },
  'connection.stale': {
    ko: '서버와 연결이 끊겼습니다. 아래 숫자는 {time}의 값입니다.',
    en: 'The server cannot be reached. The numbers below are from {time}.',
  },
  'connection.never': { ko: '서버와 연결할 수 없습니다.', en: 'The server cannot be reached.' },

  'shop.heading': { ko: '오늘의 장터', en: 'On the stalls' },
  'shop.loading': { ko: '상품을 펼치는 중…', en: 'Setting out the goods…' },
  'shop.empty': { ko: '아직 상품이 없습니다', en: 'Nothing on the stalls yet' },
  'shop.empty.hint': { ko: '서버를 멈추고 아래 명령으로 상품을 올리세요.', en: 'Stop the server and bring in a catalogue with:' },
  'shop.more': { ko: '더 보기', en: 'Show more' },
  'shop.again': { ko: '다시 시도', en: 'Try again' },
  'shop.left': { ko: '{count}개 남음', en: '{count} left' },
  'shop.soldOut': { ko: '품절', en: 'Sold out' },
  'shop.choose': { ko: '{name}, {price}, 고르기', en: 'Choose {name}, {price}' },

  'buy.heading': { ko: '주문하기', en: 'Your order' },
  'buy.pick': { ko: '상품을 하나 골라 주세요.', en: 'Choose a product.' },
  'buy.payment': { ko: '결제 결과', en: 'Payment outcome' },
  'buy.payment.ok': { ko: '승인되는 카드', en: 'Card goes through' },
  'buy.payment.declined': { ko: '거절되는 카드', en: 'Card is declined' },
  'buy.button': { ko: '{price} 결제하고 사기', en: 'Buy for {price}' },
  'buy.busy': { ko: '주문 처리 중…', en: 'Order on its way…' },

  'saga.heading': { ko: '주문이 지나가는 길', en: 'The way of an order' },
  'saga.hint': {
    ko: '구매를 누르면 재고, 결제, 확정이 차례로 켜집니다. 거절되면 되돌아가는 길도 보입니다.',
    en: 'Press buy: stock, payment and confirmation light up one after another. A refusal shows the way back.',
  },
  'saga.answered': { ko: '{ms} ms 만에 응답', en: 'answered in {ms} ms' },
  'saga.slowed': { ko: '시간은 실제 값이고, 불빛만 천천히 보여 줍니다.', en: 'The times are real; only the lights are slowed down.' },
  'saga.order': { ko: '주문번호', en: 'Order' },
  'saga.server': { ko: '서버 안에서', en: 'Inside the server' },
  'saga.queries': { ko: '쿼리 {count}개', en: '{count} queries' },
  'saga.step.order.pending': { ko: '주문 접수', en: 'Order placed' },
  'saga.step.stock.reserved': { ko: '재고 확보', en: 'Stock reserved' },
  'saga.step.stock.refused': { ko: '재고 없음', en: 'Stock refused' },
  'saga.step.payment.authorized': { ko: '결제 승인', en: 'Payment authorised' },
  'saga.step.payment.declined': { ko: '결제 거절', en: 'Payment declined' },
  'saga.step.order.confirmed': { ko: '주문 확정', en: 'Order confirmed' },
  'saga.step.stock.committed': { ko: '재고 출고 확정', en: 'Stock committed' },
  'saga.step.payment.captured': { ko: '결제 완료', en: 'Payment captured' },
  'saga.step.stock.released': { ko: '재고 되돌림', en: 'Stock given back' },
  'saga.step.payment.voided': { ko: '승인 취소', en: 'Payment voided' },
  'saga.step.payment.refunded': { ko: '환불', en: 'Payment refunded' },
  'saga.step.order.rejected': { ko: '주문 거절', en: 'Order rejected' },
  'saga.step.order.cancelled': { ko: '주문 취소', en: 'Order cancelled' },
  'saga.state.waiting': { ko: '대기', en: 'waiting' },
  'saga.state.running': { ko: '진행 중', en: 'under way' },
  'saga.state.done': { ko: '완료', en: 'done' },
  'saga.state.refused': { ko: '거절', en: 'refused' },
  'saga.state.undone': { ko: '보상', en: 'compensation' },
  'saga.outcome.running': { ko: '주문을 처리하고 있습니다.', en: 'The order is under way.' },
  'saga.outcome.confirmed': { ko: '주문이 {ms} ms 만에 끝까지 처리됐습니다.', en: 'Done from order to captured payment in {ms} ms.' },
  'saga.outcome.declined': {
    ko: '카드가 거절되어 {ms} ms 만에 모두 되돌렸습니다. 잡아 둔 재고는 남지 않았습니다.',
    en: 'The card was declined and everything undone in {ms} ms. No stock is held.',
  },
  'saga.outcome.outOfStock': { ko: '재고가 없어 주문이 거절됐습니다. 결제는 없었습니다.', en: 'Sold out: the order was refused before any payment.' },
  'saga.outcome.cancelled': { ko: '주문이 취소됐습니다.', en: 'The order was cancelled.' },
  'saga.outcome.rejected': { ko: '주문이 거절됐습니다.', en: 'The order was rejected.' },
  'saga.outcome.stuck': { ko: '주문이 멈춰 운영자를 기다립니다.', en: 'The order is stuck and waits for an operator.' },

  'flash.heading': { ko: '번개 특가', en: 'Flash sale' },
  'flash.text': {
    ko: '손님 {buyers}명이 한꺼번에 {pieces}개를 두고 몰려듭니다. 하나라도 더 팔리면 진 것입니다.',
    en: '{buyers} buyers rush for {pieces} pieces at once. One sold too many and we have lost.',
  },
  'flash.start': { ko: '{buyers}명, {pieces}개 시작', en: 'Start: {buyers} buyers, {pieces} pieces' },
  'flash.again': { ko: '한 번 더', en: 'Run it again' },
  'flash.running': { ko: '{buyers}명 중 {answered}명 응답', en: '{answered} of {buyers} answered' },
  'flash.confirmed': { ko: '확정', en: 'confirmed' },
  'flash.refused': { ko: '거절', en: 'refused' },
  'flash.failed': { ko: '실패', en: 'failed' },
  'flash.progress': { ko: '번개 특가 진행', en: 'Flash sale progress' },
  'flash.exact': {
    ko: '정확히 {confirmed}건 확정, {refused}건 거절, {ms} ms.',
    en: 'Exactly {confirmed} confirmed, {refused} refused, {ms} ms.',
  },
  'flash.inexact': {
    ko: '{pieces}건이어야 하지만 {confirmed}건 확정, {refused}건 거절, {failed}건 실패, {ms} ms.',
    en: 'Expected {pieces}: {confirmed} confirmed, {refused} refused, {failed} failed, {ms} ms.',
  },
  'flash.busy': { ko: '이미 진행 중입니다.', en: 'One is already running.' },
  'decline.label': { ko: '카드 30% 거절', en: 'Decline 30 % of cards' },
  'decline.text': { ko: '손님들의 결제가 거절되고 재고가 되돌아오는 모습을 보세요.', en: 'Watch payments fail and their stock come back.' },
  'decline.other': { ko: '지금 {percent}% 거절 중', en: '{percent} % are declined now' },

  'live.heading': { ko: '지금 이 순간', en: 'Right now' },
  'live.requests': { ko: '초당 요청', en: 'Requests/s' },
  'live.p95': { ko: '응답 시간 p95', en: 'Response time p95' },
  'live.ordersPerSecond': { ko: '초당 주문', en: 'Orders/s' },
  'live.revenue': { ko: '매출', en: 'Revenue' },
  'live.perSecond': { ko: '초당 {amount}', en: '{amount} per second' },
  'live.placed': { ko: '접수', en: 'placed' },
  'live.confirmed': { ko: '확정', en: 'confirmed' },
  'live.rejected': { ko: '거절', en: 'rejected' },
  'live.cancelled': { ko: '취소', en: 'cancelled' },
  'live.ofConfirmed': { ko: '확정 {count}건', en: '{count} confirmed' },
  'live.window': { ko: '최근 {seconds}초', en: 'last {seconds} s' },
  'live.sparkline': { ko: '{name}, 최근 {seconds}초: 지금 {now}, 최고 {highest}', en: '{name}, last {seconds} seconds: now {now}, highest {highest}' },
  'live.waiting': { ko: '첫 숫자를 기다리는 중', en: 'Waiting for the first numbers' },
  'live.jump': { ko: '실시간 숫자로 이동', en: 'Go to the live numbers' },

  'level.heading': { ko: '서비스 수준', en: 'Service level' },
  'level.availability': { ko: '가용성', en: 'Availability' },
  'level.target': { ko: '목표', en: 'target' },
  'level.met': { ko: '충족', en: 'met' },
  'level.missed': { ko: '미달', en: 'missed' },
  'level.errors': { ko: '초당 오류', en: 'Errors/s' },
  'level.cache': { ko: '캐시 적중률', en: 'Cache hit rate' },
  'level.connections': { ko: '연결 수', en: 'Connections' },

  'orders.heading': { ko: '방금 들어온 주문', en: 'Latest orders' },
  'orders.none': { ko: '아직 주문이 없습니다. 첫 손님이 되어 보세요.', en: 'No orders yet. Be the first.' },
  'orders.status.pending': { ko: '처리 중', en: 'pending' },
  'orders.status.confirmed': { ko: '확정', en: 'confirmed' },
  'orders.status.rejected': { ko: '거절', en: 'rejected' },
  'orders.status.cancelled': { ko: '취소', en: 'cancelled' },

  'error.malformed': { ko: '요청을 읽을 수 없습니다.', en: 'The request could not be read.' },
  'error.invalid': { ko: '요청 내용이 맞지 않습니다.', en: 'The request is not valid.' },
  'error.unauthorized': { ko: '로그인이 필요합니다.', en: 'You need to log in.' },
  'error.forbidden': { ko: '권한이 없습니다.', en: 'You are not allowed to do this.' },
  'error.not_found': { ko: '찾을 수 없습니다.', en: 'It cannot be found.' },
  'error.email_taken': { ko: '이미 가입한 이메일입니다.', en: 'This e-mail address is taken.' },
  'error.out_of_stock': { ko: '품절됐습니다. 주문은 만들어지지 않았습니다.', en: 'Sold out. No order was made.' },
  'error.payment_declined': { ko: '카드가 거절됐습니다.', en: 'The card was declined.' },
  'error.payment_required': { ko: '결제 정보가 필요합니다.', en: 'Payment details are needed.' },
  'error.invalid_transition': { ko: '지금 상태에서는 할 수 없습니다.', en: 'This cannot be done in the present state.' },
  'error.idempotency_in_progress': { ko: '같은 주문이 아직 처리 중입니다.', en: 'The same order is still being handled.' },
  'error.idempotency_key_reused': { ko: '같은 키로 다른 주문이 있었습니다.', en: 'The key was used for another order.' },
  'error.version_mismatch': { ko: '그사이 내용이 바뀌었습니다. 새로 고쳐 주세요.', en: 'It has changed meanwhile. Please reload.' },
  'error.too_large': { ko: '요청이 너무 큽니다.', en: 'The request is too large.' },
  'error.unsupported_media_type': { ko: '지원하지 않는 형식입니다.', en: 'This format is not supported.' },
  'error.rate_limited': { ko: '요청이 너무 많습니다. 잠시 뒤 다시 해 주세요.', en: 'Too many requests. Please try again shortly.' },
  'error.unavailable': { ko: '서버가 바쁩니다. 잠시 뒤 다시 해 주세요.', en: 'The server is busy. Please try again shortly.' },
  'error.network': { ko: '서버에 닿지 못했습니다. 다시 눌러도 주문은 한 번만 됩니다.', en: 'The server could not be reached. Pressing again never orders twice.' },
  'error.timeout': { ko: '응답이 늦어지고 있습니다. 다시 눌러도 주문은 한 번만 됩니다.', en: 'The answer is overdue. Pressing again never orders twice.' },
  'error.order_unread': {
    ko: '주문은 접수됐지만 진행 상황을 읽지 못하고 있습니다.',
    en: 'The order is placed, but its progress cannot be read at the moment.',
  },
  'error.unexpected': { ko: '알 수 없는 오류입니다.', en: 'Something unexpected went wrong.' },
  'error.reference': { ko: '문의 번호 {id}', en: 'reference {id}' },

  'docs.title': { ko: '장터 API', en: 'Jangteo API' },
  'docs.filter': { ko: '경로나 설명으로 찾기', en: 'Find by path or words' },
  'docs.contract': { ko: '계약 원문', en: 'The contract itself' },
  'docs.loading': { ko: '계약을 읽는 중…', en: 'Reading the contract…' },
  'docs.none': { ko: '맞는 경로가 없습니다.', en: 'No route matches.' },
  'docs.parameters': { ko: '매개변수', en: 'Parameters' },
  'docs.required': { ko: '필수', en: 'required' },
  'docs.body': { ko: '요청 본문', en: 'Request body' },
  'docs.answers': { ko: '응답', en: 'Answers' },
  'docs.example': { ko: '예', en: 'Example' },
  'docs.try': { ko: '명령줄에서', en: 'On the command line' },
  'docs.copy': { ko: '복사', en: 'Copy' },
  'docs.copied': { ko: '복사됨', en: 'Copied' },
  'docs.routes': { ko: '경로 {count}개', en: '{count} routes' },
  'docs.other': { ko: '기타', en: 'Other' },
} as const satisfies Record<string, Record<Language, string>>;

export type SentenceKey = keyof typeof sentences;
export type SentenceValues = Record<string, string | number>;

export function isSentence(key: string): key is SentenceKey {
  return Object.hasOwn(sentences, key);
}

export function sentence(language: Language, key: SentenceKey, values: SentenceValues = {}): string {
  return sentences[key][language].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

// A failure in the reader's language, found by the code of the problem; a code not known here is the general sentence.
export function errorSentence(language: Language, code: string): string {
  const key = `error.${code}`;
  return sentence(language, isSentence(key) ? key : 'error.unexpected');
}

export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'ko' || primary === 'en') return primary;
  }
  return 'en';
}
