// What every driver shares: the binary messages, the clock, and the report that benchmarks/book.py reads.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <vector>

// execution/book/layout.py: MESSAGE
struct Message {
    uint8_t kind;
    int8_t side;
    uint8_t self_trade;
    uint8_t padding;
    int32_t quantity;
    int32_t price_ticks;
    int32_t display;
    int32_t stop_ticks;
    int32_t owner;
    int64_t order_id;
};
static_assert(sizeof(Message) == 32, "the layout of execution/book/layout.py");

enum Kind : uint8_t { LIMIT = 0, MARKET = 1, CANCEL = 3 };

// The peers take no price at or below zero.
constexpr int64_t PRICE_SHIFT = 1000;

inline std::vector<Message> read_messages(const char* path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto* first = reinterpret_cast<const Message*>(bytes.data());
    return std::vector<Message>(first, first + bytes.size() / sizeof(Message));
}

inline double cpu_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

// Peer: constructor; apply(message); best(side), volume(side, price) and live() for the report.
template <typename Peer>
int run(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto messages = read_messages(argv[1]);
    const auto warm = static_cast<std::size_t>(std::atoll(argv[2]));
    const int repeats = std::atoi(argv[3]);
    for (int repeat = 0; repeat < repeats; ++repeat) {
        Peer peer;
        for (std::size_t i = 0; i < warm; ++i) peer.apply(messages[i]);
        const double begin = cpu_seconds();
        for (std::size_t i = warm; i < messages.size(); ++i) peer.apply(messages[i]);
        std::printf("seconds %.9f\n", cpu_seconds() - begin);
        if (repeat + 1 < repeats) continue;
        std::printf("live %lld\n", static_cast<long long>(peer.live()));
        for (int side : {1, -1}) {
            int64_t price = peer.best(side);
            for (int level = 0; level < 10 && price > 0 && price < 2 * PRICE_SHIFT;) {
                const auto volume = static_cast<long long>(peer.volume(side, price));
                if (volume) {
                    std::printf("level %d %lld %lld\n", side, static_cast<long long>(price - PRICE_SHIFT), volume);
                    ++level;
                }
                price -= side;
            }
        }
    }
    return 0;
}
