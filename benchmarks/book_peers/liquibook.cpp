// liquibook 2.0 behind the messages of execution/book. It keeps no ids: the map from ids to orders is ours,
// as each of its users must write one.
#include <deque>
#include <unordered_map>

#include "book/order_book.h"
#include "stream.hpp"

struct PeerOrder {
    bool buys;
    liquibook::book::Price limit;
    liquibook::book::Quantity quantity;
    int64_t id;

    bool is_buy() const { return buys; }
    bool is_limit() const { return limit > 0; }
    liquibook::book::Price price() const { return limit; }
    liquibook::book::Price stop_price() const { return 0; }
    liquibook::book::Quantity order_qty() const { return quantity; }
};

class PeerBook : public liquibook::book::OrderBook<PeerOrder*> {
public:
    std::unordered_map<int64_t, PeerOrder*> orders;

protected:
    void on_fill(PeerOrder* const& order, PeerOrder* const& matched, liquibook::book::Quantity,
                 liquibook::book::Cost, bool inbound_filled, bool matched_filled) override {
        if (inbound_filled) orders.erase(order->id);
        if (matched_filled) orders.erase(matched->id);
    }
};

struct Peer {
    PeerBook book;
    std::deque<PeerOrder> pool;

    void apply(const Message& m) {
        if (m.kind == CANCEL) {
            const auto found = book.orders.find(m.order_id);
            if (found == book.orders.end()) return;
            book.cancel(found->second);
            book.orders.erase(found);
            return;
        }
        const auto limit = m.kind == MARKET ? 0 : static_cast<liquibook::book::Price>(m.price_ticks + PRICE_SHIFT);
        pool.push_back({m.side > 0, limit, static_cast<liquibook::book::Quantity>(m.quantity), m.order_id});
        if (limit) book.orders.emplace(m.order_id, &pool.back());
        book.add(&pool.back(), limit ? liquibook::book::oc_no_conditions : liquibook::book::oc_immediate_or_cancel);
    }
    int64_t best(int side) const {
        if (side > 0) return book.bids().empty() ? 0 : book.bids().begin()->second.ptr()->price();
        return book.asks().empty() ? 0 : book.asks().begin()->second.ptr()->price();
    }
    int64_t volume(int side, int64_t price) const {
        const auto& orders = side > 0 ? book.bids() : book.asks();
        int64_t total = 0;
        for (const auto& entry : orders)
            if (static_cast<int64_t>(entry.second.ptr()->price()) == price) total += entry.second.open_qty();
        return total;
    }
    int64_t live() const { return book.bids().size() + book.asks().size(); }
};

int main(int argc, char** argv) { return run<Peer>(argc, argv); }
