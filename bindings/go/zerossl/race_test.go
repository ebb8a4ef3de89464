//go:build race

package zerossl_test

const isRace = true
