// limit-order-book 2.0 (Kautenja) behind the messages of execution/book.
#include "limit_order_book.hpp"
#include "stream.hpp"

struct Peer {
    LOB::LimitOrderBook book;

    static LOB::Side side_of(int side) { return side > 0 ? LOB::Side::Buy : LOB::Side::Sell; }
    void apply(const Message& m) {
        const auto id = static_cast<LOB::UID>(m.order_id);
        if (m.kind == CANCEL) {
            book.cancel(id);
        } else if (m.kind == MARKET) {
            book.market(side_of(m.side), id, m.quantity);
        } else {
            book.limit(side_of(m.side), id, m.quantity, m.price_ticks + PRICE_SHIFT);
        }
    }
    int64_t best(int side) const { return book.best(side_of(side)); }
    int64_t volume(int side, int64_t price) const {
        return side > 0 ? book.volume_buy(price) : book.volume_sell(price);
    }
    int64_t live() const { return book.count(); }
};

int main(int argc, char** argv) { return run<Peer>(argc, argv); }
