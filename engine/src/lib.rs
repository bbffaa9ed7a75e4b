//! The recommender: catalogue and fitted models in, ranked answers out.
