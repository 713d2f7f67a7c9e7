#include "app/demo_catalogue.h"

namespace jangteo {

namespace {

constexpr DemoProduct kProducts[] = {
    {"flash-cup", "반짝 할인 달항아리 컵 · Moon Jar Cup (flash sale)",
     "매번 수량이 정해진 한정판. Sold in fixed numbers, to whoever is first.", "반짝 할인", "달빛공방", 9900, "cup",
     262},

    {"kimchi-napa", "전통 포기김치 3kg · Napa Cabbage Kimchi", "해남 배추와 신안 천일염으로 담근 포기김치.", "김치",
     "장독대", 32900, "jar", 6},
    {"kimchi-kkakdugi", "아삭 깍두기 1kg · Radish Kimchi", "가을 무를 깍둑 썰어 아삭하게 익혔습니다.", "김치", "장독대",
     13900, "jar", 18},
    {"kimchi-chonggak", "총각김치 1kg · Young Radish Kimchi", "Whole young radishes, leaves and all, well fermented.",
     "김치", "장독대", 15900, "jar", 34},
    {"kimchi-white", "백김치 2kg · White Kimchi", "맵지 않고 시원한 국물, 아이도 잘 먹어요.", "김치", "온담", 24900,
     "jar", 92},
    {"kimchi-cucumber", "오이소박이 500g · Stuffed Cucumber Kimchi", "Crisp cucumbers, made the day they are sent.",
     "김치", "온담", 9800, "jar", 128},
    {"kimchi-vegan", "비건 배추김치 1kg · Vegan Kimchi", "No fish sauce: kelp and pear bring the depth.", "김치",
     "온담", 14900, "jar", 150},

    {"beauty-serum", "시카 진정 세럼 50ml · Cica Calming Serum", "병풀 추출물로 붉은 피부를 편안하게.", "화장품",
     "고운결", 24000, "dropper", 168},
    {"beauty-cream", "쌀겨 보습 크림 80ml · Rice Bran Cream", "A rich cream that does not feel like one.", "화장품",
     "고운결", 28000, "cream", 44},
    {"beauty-sun", "무기자차 선크림 SPF50+ · Mineral Sunscreen", "하얗게 뜨지 않는 가벼운 마무리.", "화장품", "고운결",
     19900, "tube", 200},
    {"beauty-tint", "말린 장미 립틴트 · Dried Rose Lip Tint", "온종일 그대로인 차분한 장밋빛.", "화장품", "루미", 12000,
     "lipstick", 345},
    {"beauty-mask", "유자 비타민 마스크 10매 · Yuja Sheet Masks", "Ten sheets from one grove of Goheung citrus.",
     "화장품", "루미", 15000, "sachet", 52},

    {"kpop-lightstick", "은하수 응원봉 2세대 · Galaxy Light Stick", "블루투스로 공연장과 함께 빛납니다.", "K-pop 굿즈",
     "은하수", 42000, "lightstick", 270},
    {"kpop-album", "정규 3집 앨범 〈여름밤〉 · Album “Summer Night”",
     "Photobook, two cards of nine, lyrics in two languages.", "K-pop 굿즈", "은하수", 18900, "record", 286},
    {"kpop-photocards", "포토카드 홀더북 · Photocard Binder", "240장을 빈틈없이 지키는 바인더.", "K-pop 굿즈", "덕심",
     16500, "binder", 318},
    {"kpop-hoodie", "월드투어 후드티 · World Tour Hoodie", "도톰한 순면, 뒷면에 공연 도시 스무 곳.", "K-pop 굿즈",
     "은하수", 68000, "shirt", 232},
    {"kpop-keyring", "아크릴 키링 · Acrylic Key Ring", "Five designs, packed unseen. Trade the doubles.", "K-pop 굿즈",
     "덕심", 8500, "keyring", 300},

    {"tech-earbuds", "무선 이어폰 고요 · Noise Cancelling Earbuds", "지하철에서도 조용한 8시간.", "전자", "소리결",
     89000, "earbuds", 214},
    {"tech-headphones", "스튜디오 헤드폰 · Studio Headphones", "Closed back, 32 ohm, a cable you can replace.", "전자",
     "소리결", 159000, "headphones", 222},
    {"tech-keyboard", "한글 기계식 키보드 · Hangul Mechanical Keyboard", "적축 87키, 한글 각인, USB-C.", "전자", "타닥",
     119000, "keyboard", 196},
    {"tech-charger", "65W 접이식 충전기 · Foldable 65 W Charger", "노트북까지 한 번에, 손안에 들어오는 크기.", "전자",
     "타닥", 39000, "charger", 240},
    {"tech-lamp", "침대 옆 무드등 · Bedside Lamp", "A warm light that dims slower than you fall asleep.", "전자",
     "온담", 45000, "lamp", 38},
    {"tech-camera", "즉석 카메라 미니 · Instant Camera", "찍으면 바로 나오는 추억 한 장.", "전자", "찰칵", 98000,
     "camera", 182},

    {"shoes-runner", "구름 러닝화 · Cloud Runner", "210 g, drop 8 mm, made for the Han river path.", "신발", "달음",
     129000, "sneaker", 204},
    {"shoes-canvas", "캔버스 스니커즈 · Canvas Sneakers", "어디에나 어울리는 두툼한 밑창.", "신발", "달음", 59000,
     "sneaker", 16},
    {"shoes-hiking", "북한산 등산화 · Bukhansan Hiking Shoes", "젖은 바위에서도 미끄러지지 않는 밑창.", "신발",
     "산그늘", 149000, "boot", 110},
    {"shoes-slides", "집콕 슬리퍼 · Indoor Slides", "Felt soles, quiet for those who live below.", "신발", "온담",
     19900, "slipper", 28},
    {"shoes-rain", "장마 레인부츠 · Monsoon Rain Boots", "발목까지 든든하게, 접어서 보관하세요.", "신발", "산그늘",
     49000, "boot", 190},

    {"snack-yakgwa", "수제 약과 12개 · Honey Cookies", "참기름과 꿀로 천천히 튀긴 전통 과자.", "간식", "다과상", 16800,
     "cookie", 30},
    {"snack-gim", "돌김 도시락김 20봉 · Roasted Seaweed", "Twice roasted, lightly salted, gone in a minute.", "간식",
     "바다향", 13500, "sachet", 142},
    {"snack-tteokbokki", "국민학교 떡볶이 밀키트 · Tteokbokki Kit", "십 분이면 완성되는 매콤달콤한 그 맛.", "간식",
     "다과상", 7900, "bowl", 8},
    {"snack-barley", "볶은 보리차 100티백 · Roasted Barley Tea", "Cold in summer, hot in winter, never bitter.", "간식",
     "다과상", 8900, "cup", 36},
    {"snack-citron", "고흥 유자청 1kg · Citron Tea Base", "한 숟가락에 겨울 햇살이 가득.", "간식", "다과상", 18900,
     "jar", 50},

    {"paper-planner", "하루 한 줄 다이어리 · One Line Diary", "5년을 한 권에 적는 만년 일기장.", "문구", "종이숲",
     22000, "binder", 156},
    {"paper-brush", "캘리그래피 붓펜 세트 · Brush Pen Set", "Six greys and one red, for letters with a pulse.", "문구",
     "종이숲", 14500, "pens", 354},
    {"paper-tape", "한지 마스킹테이프 · Hanji Masking Tape", "닥나무 결이 살아 있는 다섯 가지 무늬.", "문구", "종이숲",
     6900, "record", 72},
    {"paper-cards", "자개 무늬 엽서 10장 · Mother-of-Pearl Cards", "Ten cards with a sheen; envelopes included.",
     "문구", "종이숲", 9000, "card", 176},

    {"home-bowl", "백자 면기 · White Porcelain Noodle Bowl", "국수 한 그릇이 근사해지는 넉넉한 깊이.", "생활",
     "달빛공방", 27000, "bowl", 208},
    {"home-spoon", "방짜 유기 수저 · Bronze Spoon and Chopsticks",
     "Hammered by hand; warms to the touch, keeps its shine.", "생활", "달빛공방", 64000, "spoon", 42},
    {"home-candle", "솔숲 향초 · Pine Forest Candle", "비 온 뒤 솔숲의 향, 마흔 시간.", "생활", "온담", 23000, "candle",
     134},
    {"home-bag", "모시 장바구니 · Ramie Market Bag", "가볍고 질긴 모시, 접으면 주머니만 해요.", "생활", "온담", 18000,
     "bag", 64},
};

}  // namespace

std::span<const DemoProduct> demo_products() { return kProducts; }

std::string demo_picture_path(std::size_t number) { return "/demo/images/" + std::to_string(number) + ".svg"; }

}  // namespace jangteo
